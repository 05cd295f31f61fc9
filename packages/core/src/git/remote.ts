/** Git repositories on a host, in our own words. `git-remote.ts` makes the real one with `git ls-remote`. */
import type { Secret } from '../secrets/secret.ts';

export interface GitRemote {
  /**
   * All branches and tags of a repository, tags peeled.
   * @throws DeBuildError `git-token-refused` (401), `git-token-missing` (401 without a token), `git-forbidden` (403),
   * `git-repository-not-found` (404, also private ones without access), `git-host-unreachable`, `git-proxy-failed`,
   * `git-rate-limited`, `git-host-failed` (5xx), `git-tls-failed`, `git-timeout`, `git-redirected`,
   * `git-answer-broken`, `git-answer-cut-off`, `git-url-unsafe`, `git-missing`.
   */
  listRefs(repository: Repository, signal?: AbortSignal): Promise<RemoteRefs>;
}

export interface Repository {
  /** https (http on loopback only), without credentials. */
  readonly url: string;
  readonly credential?: Credential;
  /**
   * Also ask which branch HEAD names. It costs a listing of every ref of the repository, pull requests
   * included (megabytes for frappe): git has no way to ask for HEAD alone.
   */
  readonly withDefaultBranch?: boolean;
}

export interface Credential {
  readonly username: string;
  /** Its name is what a message calls the token: the `.env` key it came from. */
  readonly password: Secret;
}

export interface RemoteRefs {
  /** Branch name → commit. */
  readonly branches: ReadonlyMap<string, string>;
  /** Tag name → what it points at. */
  readonly tags: ReadonlyMap<string, RemoteTag>;
  /** The branch that HEAD names; only when it was asked for and the repository has one. */
  readonly defaultBranch?: string;
}

export interface RemoteTag {
  /** The peeled commit. */
  readonly commit: string;
  /** The tag object, for annotated tags. */
  readonly tagObject?: string;
}
