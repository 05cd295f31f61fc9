import type { App, ResolvedApp } from '../apps/app.ts';
import { newestReleaseTag } from '../apps/release-tag.ts';
import type { CommitsBetween } from '../git/commits-between.ts';
import { compareUrl } from '../git/compare-url.ts';
import type { ManifestApp } from '../manifests/manifest.ts';
import { parseTag, type SchemeName } from '../version/schemes.ts';
import { compareVersions } from '../version/version.ts';

/** An app compared with the last release. */
export interface ListedApp {
  readonly name: string;
  /** Without credentials. */
  readonly url: string;
  /** Branch or tag; `null` when apps.json names none and the default branch is unknown. */
  readonly ref: string | null;
  /**
   * `moved`: its ref points at another commit than in the last release, or it has another URL. `rewritten`: the released
   * commit is no longer in the history of its branch. `new`: the last release lacks it. `removed`: only the last release
   * has it. `unknown`: its host could not be queried.
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
  /** The commits between; `null` unless there are two different commits. */
  readonly commits: CommitsBetween | null;
  /** Web page of these commits; `null` for an unknown host. */
  readonly compareUrl: string | null;
  /** The newest release among the repository's tags, of the ref's major version where it names one. */
  readonly newestTag: string | null;
  /** Whether that is newer than what was released. */
  readonly hasNewerTag: boolean;
}

export interface ComparedApp {
  readonly app: App;
  readonly resolved: ResolvedApp | undefined;
  readonly released: ManifestApp | undefined;
  /** Names of all tags of its repository. */
  readonly tags: readonly string[];
  readonly commits: CommitsBetween | null;
  /** How the site numbers its releases; its own apps may be numbered like it. */
  readonly scheme: SchemeName;
}

/** Whether the app is at another commit now. */
export function hasMoved({ resolved, released }: Pick<ComparedApp, 'resolved' | 'released'>): boolean {
  return resolved !== undefined && released !== undefined && resolved.commit !== released.commit;
}

export function describeApp({ app, resolved, released, tags, commits, scheme }: ComparedApp): ListedApp {
  const ref = resolved?.ref ?? app.ref ?? null;
  const newestTag = newestTagOf(ref, tags, scheme) ?? null;
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
    hasNewerTag:
      newestTag !== null && isNewer(newestTag, released ?? { ref: ref ?? '', version: null }, scheme),
  };
}

/** An app of the last release that the site no longer has. */
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

/** Whether the next release would differ in it, or could. */
export function isOutdated({ state, hasNewerTag }: ListedApp): boolean {
  return hasNewerTag || (state !== 'same' && state !== 'unknown');
}

function releasedOf({ commit, ref, version }: ManifestApp): ListedApp['released'] {
  return { commit, ref, version };
}

function stateOf({
  app,
  resolved,
  released,
  commits,
}: Omit<ComparedApp, 'tags' | 'scheme'>): ListedApp['state'] {
  if (resolved === undefined) return 'unknown';
  if (released === undefined) return 'new';
  if (released.url === app.url && released.commit === resolved.commit) return 'same';
  const isSameBranch =
    released.url === app.url && resolved.kind === 'branch' && released.ref === resolved.ref;
  const isRewritten = commits?.known === true && commits.behind > 0;
  return isSameBranch && isRewritten ? 'rewritten' : 'moved';
}

/** Of the major version of a tag, or of the one in a branch's name. */
function newestTagOf(ref: string | null, tags: readonly string[], scheme: SchemeName): string | undefined {
  const version = ref === null ? undefined : parseTag(ref, scheme);
  return newestReleaseTag(version === undefined ? (ref ?? '') : `v${version.numbers[0]}`, tags, scheme);
}

/** Compared with the released tag, or with the app's own version; `false` where neither is a version. */
function isNewer(
  tag: string,
  released: { readonly ref: string; readonly version: string | null },
  scheme: SchemeName,
): boolean {
  const known = parseTag(released.ref, scheme) ?? parseTag(released.version ?? '', scheme);
  const newest = parseTag(tag, scheme);
  return known !== undefined && newest !== undefined && compareVersions(newest, known) > 0;
}
