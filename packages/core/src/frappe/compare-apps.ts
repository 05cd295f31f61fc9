import type { ResolvedApp } from '../apps/app.ts';
import { imageAppsDiffer, imageAppsMissing } from '../errors/audit-failures.ts';
import type { FoundApp, FoundApps } from './image-apps.ts';

export type { FoundApp, FoundApps } from './image-apps.ts';

/** The properties of a planned app that are compared. */
export type ExpectedApp = Pick<ResolvedApp, 'name' | 'ref' | 'commit' | 'tagObject'>;

export type AppDifference =
  | { readonly kind: 'missing'; readonly planned: ExpectedApp; readonly isAnyFound: boolean }
  | { readonly kind: 'other-commit'; readonly planned: ExpectedApp; readonly found: FoundApp }
  /** It is in the image, but bench recorded no commit for it. */
  | { readonly kind: 'unrecorded'; readonly planned: ExpectedApp; readonly found: FoundApp }
  | { readonly kind: 'unexpected'; readonly found: FoundApp };

/**
 * Compares the apps found in an image with the planned ones. A planned app is found by its name; else by the name that
 * its Python package may have (`-` for `_`), because bench renames an app after its package; else by its commit.
 */
export function compareApps(planned: readonly ExpectedApp[], found: FoundApps): readonly AppDifference[] {
  const matches = matchApps(planned, found);
  const matched = new Set(matches.values());
  const isAnyFound = planned.some((app) => app.name !== 'frappe' && matches.has(app));
  return [
    ...planned.flatMap((app) => differenceOf(app, matches.get(app), isAnyFound)),
    ...[...found.values()]
      .filter((app) => !matched.has(app))
      .map((app) => ({ kind: 'unexpected', found: app }) as const),
  ];
}

/**
 * Accepts apps that were not planned, which a base image may contain, and frappe without a recorded commit, because
 * `bench init` records none.
 * @throws DeBuildError `image-apps-missing`, `image-apps-differ`
 */
export function assertSameApps(differences: readonly AppDifference[]): void {
  const missing = differences.filter((difference) => difference.kind === 'missing');
  if (missing.length > 0) {
    throw imageAppsMissing(
      missing.map(({ planned }) => named(planned)),
      missing.some(({ isAnyFound }) => isAnyFound),
    );
  }
  const others = differences.flatMap((difference) => {
    if (difference.kind !== 'other-commit' && difference.kind !== 'unrecorded') return [];
    const { kind, planned, found } = difference;
    const isKnown = kind === 'unrecorded' && planned.name === 'frappe';
    return isKnown ? [] : [{ ...named(planned), foundCommit: found.commit }];
  });
  if (others.length > 0) throw imageAppsDiffer(others);
}

/** The app of an image that a planned one became. */
export function matchApps(
  planned: readonly ExpectedApp[],
  found: FoundApps,
): ReadonlyMap<ExpectedApp, FoundApp> {
  const matches = new Map<ExpectedApp, FoundApp>();
  const free = new Set(found.values());
  const rules: readonly ((app: ExpectedApp, candidate: FoundApp) => boolean)[] = [
    (app, candidate) => app.name === candidate.name,
    (app, candidate) => packageName(app.name) === packageName(candidate.name),
    isSameCommit,
  ];
  for (const rule of rules) {
    for (const app of planned) {
      if (matches.has(app)) continue;
      const match = [...free].find((candidate) => rule(app, candidate));
      if (match === undefined) continue;
      matches.set(app, match);
      free.delete(match);
    }
  }
  return matches;
}

/** The apps of an image that no planned one became, by name. */
export function unplannedApps(planned: readonly ExpectedApp[], found: FoundApps): readonly FoundApp[] {
  return compareApps(planned, found)
    .flatMap((difference) => (difference.kind === 'unexpected' ? [difference.found] : []))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function differenceOf(
  planned: ExpectedApp,
  found: FoundApp | undefined,
  isAnyFound: boolean,
): readonly AppDifference[] {
  if (found === undefined) return [{ kind: 'missing', planned, isAnyFound }];
  if (found.commit === undefined) return [{ kind: 'unrecorded', planned, found }];
  return isSameCommit(planned, found) ? [] : [{ kind: 'other-commit', planned, found }];
}

/** bench records what `git rev-parse` returns for the ref: for an annotated tag, the tag object. */
function isSameCommit(planned: ExpectedApp, found: FoundApp): boolean {
  return (
    found.commit === planned.commit || (found.commit !== undefined && found.commit === planned.tagObject)
  );
}

function packageName(name: string): string {
  return name.replaceAll('-', '_').toLowerCase();
}

function named({ name, ref, commit }: ExpectedApp) {
  return { app: name, ref, plannedCommit: commit };
}
