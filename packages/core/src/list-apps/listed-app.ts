import semver from 'semver';
import type { App, ResolvedApp } from '../apps/app.ts';
import { newestReleaseTag } from '../apps/release-tag.ts';
import type { CommitsBetween } from '../git/commits-between.ts';
import { compareUrl } from '../git/compare-url.ts';
import type { ManifestApp } from '../manifests/manifest.ts';

/** Where an app stands against the last release. */
export interface ListedApp {
  readonly name: string;
  /** Without credentials. */
  readonly url: string;
  /** Branch or tag; `null` when apps.json names none and the host could not be asked for its default branch. */
  readonly ref: string | null;
  /**
   * `moved`: its ref points at another commit than in the last release, or it comes from elsewhere. `rewritten`: the
   * released commit is not in the history of its branch any more. `new`: the last release has not got it. `removed`: only
   * the last release has it. `unknown`: its host could not be asked.
   */
  readonly state: 'same' | 'moved' | 'rewritten' | 'new' | 'removed' | 'unknown';
  /** In the last release. */
  readonly released: {
    readonly commit: string;
    readonly ref: string;
    readonly version: string | null;
  } | null;
  /** What its ref points at now. */
  readonly now: { readonly commit: string; readonly kind: 'branch' | 'tag' } | null;
  /** What lies between the two; `null` where there are no two commits, or they are the same. */
  readonly commits: CommitsBetween | null;
  /** Where that can be looked at; `null` for a host that is not known. */
  readonly compareUrl: string | null;
  /** The newest release among the repository's tags: of the line that the ref names, where it names one. */
  readonly newestTag: string | null;
  /** Whether that is newer than what was released. */
  readonly hasNewerTag: boolean;
}

export interface AppStanding {
  readonly app: App;
  readonly resolved: ResolvedApp | undefined;
  readonly released: ManifestApp | undefined;
  /** Names of all tags of its repository. */
  readonly tags: readonly string[];
  readonly commits: CommitsBetween | null;
}

/** Whether there are two commits with something between them. */
export function hasMoved({ resolved, released }: Pick<AppStanding, 'resolved' | 'released'>): boolean {
  return resolved !== undefined && released !== undefined && resolved.commit !== released.commit;
}

export function describeApp({ app, resolved, released, tags, commits }: AppStanding): ListedApp {
  const ref = resolved?.ref ?? app.ref ?? null;
  const newestTag = newestTagOf(ref, tags) ?? null;
  const isElsewhere = released !== undefined && released.url !== app.url;
  return {
    name: app.name,
    url: app.url,
    ref,
    state: stateOf({ app, resolved, released, commits }),
    released: released === undefined ? null : releasedOf(released),
    now: resolved === undefined ? null : { commit: resolved.commit, kind: resolved.kind },
    commits,
    compareUrl:
      commits === null || isElsewhere || resolved === undefined || released === undefined
        ? null
        : (compareUrl(app.url, released.commit, resolved.commit) ?? null),
    newestTag,
    hasNewerTag: newestTag !== null && isNewer(newestTag, released ?? { ref: ref ?? '', version: null }),
  };
}

/** An app of the last release that the site has no more. */
export function describeRemoved(released: ManifestApp): ListedApp {
  return {
    name: released.name,
    url: released.url,
    ref: null,
    state: 'removed',
    released: releasedOf(released),
    now: null,
    commits: null,
    compareUrl: null,
    newestTag: null,
    hasNewerTag: false,
  };
}

/** The next release would differ in it, or could. */
export function isOutdated({ state, hasNewerTag }: ListedApp): boolean {
  return hasNewerTag || (state !== 'same' && state !== 'unknown');
}

function releasedOf({ commit, ref, version }: ManifestApp): ListedApp['released'] {
  return { commit, ref, version };
}

function stateOf({ app, resolved, released, commits }: Omit<AppStanding, 'tags'>): ListedApp['state'] {
  if (resolved === undefined) return 'unknown';
  if (released === undefined) return 'new';
  if (released.url === app.url && released.commit === resolved.commit) return 'same';
  const isSameBranch =
    released.url === app.url && resolved.kind === 'branch' && released.ref === resolved.ref;
  const isRewritten = commits?.known === true && commits.behind > 0;
  return isSameBranch && isRewritten ? 'rewritten' : 'moved';
}

/** A tag belongs to the line of its major version; a branch says by its name which it is. */
function newestTagOf(ref: string | null, tags: readonly string[]): string | undefined {
  const version = ref === null ? null : semver.parse(ref);
  return newestReleaseTag(version === null ? (ref ?? '') : `v${version.major}`, tags);
}

/** Judged by the tag that was released, else by the app's own version; where neither is one, nothing is said. */
function isNewer(tag: string, released: { readonly ref: string; readonly version: string | null }): boolean {
  const known = semver.parse(released.ref) ?? semver.parse(released.version);
  return known !== null && semver.gt(tag, known);
}
