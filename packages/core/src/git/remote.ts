/** Git repositories on a host. `git-remote.ts` implements it. */
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
   * Also find which branch HEAD names. If git has to ask, that lists every ref of the repository, pull requests included
   * (megabytes for frappe), because git cannot list HEAD alone.
   */
  readonly withDefaultBranch?: boolean;
}

export interface Credential {
  readonly username: string;
  /** Messages show its name: the `.env` key it came from. */
  readonly password: Secret;
}

export interface RemoteRefs {
  /** Commits by branch name. */
  readonly branches: ReadonlyMap<string, string>;
  /** By tag name. */
  readonly tags: ReadonlyMap<string, RemoteTag>;
  /** The branch that HEAD names; only with `withDefaultBranch`, when the repository has one. */
  readonly defaultBranch?: string;
}

export interface RemoteTag {
  /** The peeled commit. */
  readonly commit: string;
  /** The tag object, for annotated tags. */
  readonly tagObject?: string;
}
