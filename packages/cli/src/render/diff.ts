import type { Change, MovedApp, ReleaseDiff } from '@de-build/core';
import { makeVisible } from '@de-build/core';
import type { Terminal } from '../io.ts';
import { countCommits } from './commits-between.ts';
import { shortDigest } from './outcome-lines.ts';
import { countOf, formatBytes } from './quantities.ts';
import { createStyle, type Style } from './style.ts';
import { type Cell, layTable, type TableLayout } from './table.ts';
import { describeVerdict } from './verdict.ts';

/** Of each app; the rest is counted. */
const SUBJECTS_SHOWN = 20;
const REASONS_SHOWN = 30;

/** What changed between two releases, in sections. */
export function renderDiff(diff: ReleaseDiff, terminal: Terminal): string {
  const style = createStyle(terminal.hasColours);
  const layout: TableLayout = {
    style,
    indent: '  ',
    ...(terminal.isTTY ? { columns: terminal.columns } : {}),
  };
  const sections = [
    [...heading(diff, style)],
    section('Apps', appLines(diff, layout), style),
    section('Base images', changeLines(diff.baseImages, layout), style),
    section('Build args', changeLines(diff.buildArgs, layout), style),
    section('Inputs', changeLines(diff.inputs, layout), style),
    section('Packages', packageLines(diff, layout), style),
    section('Deployment', deploymentLines(diff, layout), style),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function heading({ from, to }: ReleaseDiff, style: Style): readonly string[] {
  const size = to.sizeBytes - from.sizeBytes;
  const grown =
    size === 0 ? 'the same size' : `${formatBytes(Math.abs(size))} ${size > 0 ? 'larger' : 'smaller'}`;
  return [
    style.bold(makeVisible(`${from.siteVersion} → ${to.siteVersion}`)),
    `  ${shortDigest(from.imageId)} → ${shortDigest(to.imageId)}, ${formatBytes(to.sizeBytes)}, ${grown}`,
  ];
}

function section(title: string, lines: readonly string[], style: Style): readonly string[] {
  return lines.length === 0 ? [] : [style.bold(title), ...lines];
}

function appLines({ apps }: ReleaseDiff, layout: TableLayout): readonly string[] {
  const { style } = layout;
  const row = (sign: Cell, name: string, what: string): Cell[] => [sign, name, what];
  const added = apps.added.map((app) =>
    row(['+', style.green], app.name, `${app.ref} ${app.commit.slice(0, 12)}`),
  );
  const removed = apps.removed.map((app) =>
    row(['-', style.red], app.name, `${app.ref} ${app.commit.slice(0, 12)}`),
  );
  const columns = [{ heading: '' }, { heading: '' }, { heading: '' }];
  const moved = apps.moved.flatMap((app) => [
    ...layTable(columns, [row(['~', style.yellow], app.name, movement(app))], layout),
    ...details(app, style),
  ]);
  const same = apps.same.length === 0 ? [] : [style.dim(`  ${countOf(apps.same.length, 'app')} as before`)];
  return [...layTable(columns, [...added, ...removed], layout), ...moved, ...same];
}

function movement({ from, to }: MovedApp): string {
  const url = from.url === to.url ? [] : [`${from.url} → ${to.url}`];
  const ref = from.ref === to.ref ? [to.ref] : [`${from.ref} → ${to.ref}`];
  const version = from.version === to.version ? [] : [`${from.version ?? '-'} → ${to.version ?? '-'}`];
  const commit = from.commit === to.commit ? [] : [`${from.commit.slice(0, 12)} → ${to.commit.slice(0, 12)}`];
  return [...version, ...ref, ...commit, ...url].join('  ');
}

function details({ commits, changedFiles, compareUrl }: MovedApp, style: Style): readonly string[] {
  const files = changedFiles === null ? [] : [`${countOf(changedFiles.length, 'file')} changed`];
  const counted = commits.known ? [countCommits(commits)] : [];
  const facts = [...counted, ...files, ...(compareUrl === null ? [] : [compareUrl])];
  const subjects = commits.known ? commits.subjects.slice(0, SUBJECTS_SHOWN) : [];
  const more = commits.known ? commits.ahead - subjects.length : 0;
  return [
    ...(facts.length === 0 ? [] : [style.dim(makeVisible(facts.join(', ')))]),
    ...(commits.known ? [] : [`${style.yellow('?')} ${makeVisible(commits.why)}`]),
    ...subjects.map((subject) => `• ${makeVisible(subject).replace(/\s+/g, ' ')}`),
    ...(more > 0 ? [style.dim(`… and ${countOf(more, 'more commit')}`)] : []),
  ].map((line) => `     ${line}`);
}

function changeLines(changes: readonly Change[], layout: TableLayout): readonly string[] {
  const columns = [{ heading: '' }, { heading: '' }];
  return layTable(
    columns,
    changes.map((change) => [change.name, changeText(change)]),
    layout,
  );
}

function changeText({ from, to }: Change): string {
  if (from === null) return `+ ${shortDigest(to ?? '')}`;
  return to === null ? `- ${shortDigest(from)}` : `${shortDigest(from)} → ${shortDigest(to)}`;
}

function packageLines({ packages }: ReleaseDiff, layout: TableLayout): readonly string[] {
  if (!packages.known) return [`  ${layout.style.yellow('?')} ${makeVisible(packages.why)}`];
  const columns = [{ heading: '' }, { heading: '' }, { heading: '' }];
  return layTable(
    columns,
    packages.changes.map((change) => [change.ecosystem, change.name, changeText(change)]),
    layout,
  );
}

function deploymentLines({ deployment }: ReleaseDiff, layout: TableLayout): readonly string[] {
  const { style } = layout;
  const { verdict, reasons, unknown } = deployment;
  const { headline, meaning } = describeVerdict(verdict);
  const paint =
    verdict === 'pull-only'
      ? style.green
      : verdict === 'irreversible-without-backup'
        ? style.red
        : style.yellow;
  const columns = [{ heading: '' }, { heading: '' }, { heading: '' }];
  const rows = reasons.slice(0, REASONS_SHOWN).map(({ app, file, why }) => [app, file ?? '', why]);
  const more = reasons.length - rows.length;
  return [
    `  ${paint(headline)}: ${meaning}`,
    ...layTable(columns, rows, layout),
    ...(more > 0 ? [style.dim(`  … and ${countOf(more, 'more reason')}`)] : []),
    ...unknown.map(({ app, why }) => `  ${style.yellow('?')} ${makeVisible(`${app}: ${why}`)}`),
  ];
}
