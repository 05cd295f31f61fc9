/** Local, token-free copies of apps at pinned commits; `mirror-store.ts` keeps them. */
import type { Finding } from '../../errors/finding.ts';
import type { Credential } from '../remote.ts';

export interface Mirror {
  /** Holds one bare repository for each upstream URL. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * Makes sure that the mirror holds the app's commit, whole. Asks no host when it does.
   * @throws DeBuildError what `GitRemote.listRefs` throws; `mirror-ref-moved`, `mirror-commit-gone`, `mirror-corrupt`,
   * `mirror-not-written`, `mirror-broken`, `mirror-busy`, `lock-*`, `mirror-pin-malformed`.
   */
  fetch(app: MirrorApp, signal?: AbortSignal): Promise<PinnedSource>;
  /** Whether the mirror holds the app's commit, whole. Asks no host, and changes nothing. */
  holds(app: MirrorApp, signal?: AbortSignal): Promise<boolean>;
}

/** An app with the commit to be fetched; a `ResolvedApp` is one. */
export interface MirrorApp {
  /** https (http on loopback only), without credentials. */
  readonly url: string;
  readonly ref: string;
  readonly kind: 'branch' | 'tag';
  readonly commit: string;
  /** For an annotated tag. */
  readonly tagObject?: string | undefined;
  readonly credential?: Credential | undefined;
  /**
   * The commit comes from an old record: where its ref points today does not matter. Without it, a ref that was moved
   * or rewritten since it was resolved is refused.
   */
  readonly isRecorded?: boolean;
}

/** A commit that the mirror holds, under the name its app calls it by. */
export interface PinnedSource {
  /** Upstream, without credentials. */
  readonly url: string;
  readonly ref: string;
  readonly kind: 'branch' | 'tag';
  readonly commit: string;
  readonly tagObject?: string;
  /** The bare repository that holds it: absolute path. */
  readonly repository: string;
  /** Names of the packs that hold it, without ending. */
  readonly packs: readonly string[];
  /** `present`: no host was asked. */
  readonly origin: 'present' | 'fetched';
  /** Submodules, Git LFS pointers, damage that was mended. */
  readonly notices: readonly Finding[];
}
