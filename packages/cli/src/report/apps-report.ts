import type { AppsReport, ListedApp } from '@de-build/core';
import { countOf } from '../terminal/quantities.ts';
import { commit, type Inline, MARKS, note, type Report, right, table } from './model.ts';

/** How a site's apps compare with its last release, one line each; below, what could not be counted and why. */
export function appsReport(report: AppsReport, isOutdatedOnly: boolean): Report {
  const { apps } = report;
  const unknown = apps.flatMap(({ name, commits }) =>
    commits?.known === false ? [{ mark: MARKS.unknown, text: `${name}: ${commits.why}` }] : [],
  );
  const headings = ['app', 'ref', report.release ?? 'released', 'now', right('commits'), 'newest tag', ''];
  return {
    parts: [
      table(apps.length === 0 ? [] : headings, apps.map(rowOf)),
      { kind: 'list', items: unknown },
      summary(report, isOutdatedOnly),
    ],
  };
}

const STATES = {
  same: '',
  moved: { text: 'moved', tone: 'warning' },
  rewritten: { text: 'force-pushed', tone: 'bad' },
  new: { text: 'new', tone: 'warning' },
  removed: { text: 'removed', tone: 'quiet' },
  unknown: { text: 'not known', tone: 'quiet' },
} as const satisfies Record<ListedApp['state'], Inline>;

function rowOf(app: ListedApp): readonly Inline[] {
  const { name, ref, released, now, newestTag, hasNewerTag, state } = app;
  return [
    name,
    ref ?? released?.ref ?? '-',
    released === null ? '-' : commit(released.commit),
    now === null ? '-' : commit(now.commit),
    commitsOf(app),
    newestTag === null ? '-' : hasNewerTag ? { text: newestTag, tone: 'good' } : newestTag,
    STATES[state],
  ];
}

function commitsOf({ commits }: ListedApp): string {
  if (commits === null) return '-';
  if (!commits.known) return '?';
  const { ahead, behind } = commits;
  if (behind === 0) return String(ahead);
  return ahead === 0 ? `-${behind}` : `+${ahead} -${behind}`;
}

function summary({ release, apps, outdated, problems }: AppsReport, isOutdatedOnly: boolean) {
  if (release === null) return note('No release is recorded yet; every app is new.');
  if (outdated > 0) {
    const count = isOutdatedOnly ? countOf(outdated, 'app') : `${outdated} of ${apps.length}`;
    const have = outdated === 1 ? 'has' : 'have';
    return note(`${count} moved or ${have} a newer tag since ${release}.`, MARKS.warning);
  }
  return problems.length > 0
    ? note('Not all of them are known.')
    : note(`Nothing moved since ${release}.`, MARKS.good);
}
