/** Git repositories on a host, in our own words. `git-remote.ts` makes the real one with `git ls-remote`. */
import type { Secret } from '../secrets/secret.ts';

export interface GitRemote {
  /**
   * All branches and tags of a repository, tags peeled.
   * @throws DeBuildError `git-token-refused` (401), `git-forbidden` (403), `git-repository-not-found` (404, also
   * private ones without access), `git-host-unreachable`, `git-rate-limited`, `git-host-failed` (5xx), `git-tls`, …
   */
  listRefs(repository: Repository, signal?: AbortSignal): Promise<RemoteRefs>;
}

export interface Repository {
  /** https (http on loopback only), without credentials. */
  readonly url: string;
  readonly credential?: Credential;
}

export interface Credential {
  readonly username: string;
  readonly password: Secret;
}

export interface RemoteRefs {
  /** Branch name → commit. */
  readonly branches: ReadonlyMap<string, string>;
  /** Tag name → what it points at. */
  readonly tags: ReadonlyMap<string, RemoteTag>;
}

export interface RemoteTag {
  /** The peeled commit. */
  readonly commit: string;
  /** The tag object, for annotated tags. */
  readonly tagObject?: string;
}
