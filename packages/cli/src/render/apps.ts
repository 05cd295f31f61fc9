import { type AppsReport, type ListedApp, makeVisible } from '@de-build/core';
import type { Terminal } from '../io.ts';
import { countOf } from './quantities.ts';
import { createStyle, type Style } from './style.ts';
import { type Cell, layTable } from './table.ts';

/** Where a site's apps stand against its last release, a line each; below, what could not be counted and why. */
export function renderApps(
  report: AppsReport,
  terminal: Terminal,
  { outdated }: { readonly outdated: boolean },
): string {
  const style = createStyle(terminal.hasColours);
  const columns = [
    { heading: 'APP' },
    { heading: 'REF' },
    { heading: report.release ?? 'RELEASED' },
    { heading: 'NOW' },
    { heading: 'COMMITS', side: 'right' as const },
    { heading: 'NEWEST TAG' },
    { heading: '' },
  ];
  const layout = terminal.isTTY ? { style, columns: terminal.columns } : { style };
  const table =
    report.apps.length === 0
      ? []
      : layTable(
          columns,
          report.apps.map((app) => rowOf(app, style)),
          layout,
        );
  const reasons = report.apps.flatMap(({ name, commits }) =>
    commits?.known === false ? [`${style.yellow('?')} ${makeVisible(`${name}: ${commits.why}`)}`] : [],
  );
  const sections = [table, reasons, [summary(report, { outdated, style })]].filter(
    ({ length }) => length > 0,
  );
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

const STATES: Readonly<Record<ListedApp['state'], string>> = {
  same: '',
  moved: 'moved',
  rewritten: 'force-pushed',
  new: 'new',
  removed: 'removed',
  unknown: 'not known',
};

function rowOf(app: ListedApp, style: Style): readonly Cell[] {
  const { name, ref, released, now, newestTag, hasNewerTag, state } = app;
  const paint =
    state === 'rewritten' ? style.red : state === 'removed' || state === 'unknown' ? style.dim : style.yellow;
  return [
    name,
    ref ?? released?.ref ?? '-',
    released === null ? '-' : released.commit.slice(0, 12),
    now === null ? '-' : now.commit.slice(0, 12),
    commitsOf(app),
    hasNewerTag ? [newestTag ?? '', style.green] : (newestTag ?? '-'),
    [STATES[state], paint],
  ];
}

function commitsOf({ commits }: ListedApp): string {
  if (commits === null) return '-';
  if (!commits.known) return '?';
  const { ahead, behind } = commits;
  if (behind === 0) return String(ahead);
  return ahead === 0 ? `-${behind}` : `+${ahead} -${behind}`;
}

function summary(
  { release, apps, outdated: count, problems }: AppsReport,
  { outdated, style }: { readonly outdated: boolean; readonly style: Style },
): string {
  if (release === null) return 'No release is recorded yet; every app is new.';
  const since = `since ${makeVisible(release)}`;
  if (count > 0) {
    const all = outdated ? '' : ` of ${apps.length}`;
    return `${style.yellow('!')} ${outdated ? countOf(count, 'app') : count}${all} moved or ${count === 1 ? 'has' : 'have'} a newer tag ${since}.`;
  }
  return problems.length > 0 ? 'Not all of them are known.' : `${style.green('✓')} Nothing moved ${since}.`;
}
