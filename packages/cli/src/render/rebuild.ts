import type { FileDifferences, RebuildOutcome, RebuiltRelease } from '@de-build/core';
import { makeVisible } from '@de-build/core';
import type { Page } from './finding-lines.ts';
import { shortDigest } from './outcome-lines.ts';
import { countOf } from './quantities.ts';
import type { Style } from './style.ts';
import { type Cell, layTable } from './table.ts';
import { wrap } from './text-width.ts';

/** Of each kind of difference; the rest is counted. */
const FILES_SHOWN = 30;

const VERDICTS: Readonly<Record<RebuildOutcome['verdict'], (style: Style) => string>> = {
  identical: (style) => `${style.green('✓')} ${style.bold('Identical')}`,
  equivalent: (style) => `${style.green('✓')} ${style.bold('Equivalent')}`,
  different: (style) => `${style.red('✗')} ${style.bold('Different')}`,
  unproven: (style) => `${style.yellow('?')} ${style.bold('Not proven')}`,
};

const BASES: Readonly<Record<RebuiltRelease['bases'][number]['from'], string>> = {
  name: 'by its name',
  engine: 'on the engine; its name has moved on',
  registry: 'from its registry, by its digest',
  other: 'not to be had: what the name means now',
};

/** What a release was, or would be, built anew from, and how it compares. */
export function rebuiltLines(rebuilt: RebuiltRelease, page: Page): readonly string[] {
  const { outcome, reference } = rebuilt;
  const { style } = page;
  if (outcome === undefined) {
    return [
      style.bold(`Would build ${makeVisible(reference)} anew`),
      ...sourceLines(rebuilt, page),
      ...section('Apps', planRows(rebuilt), page),
      ...section('Base images', baseRows(rebuilt), page),
      '',
      'Nothing was changed.',
    ];
  }
  return [
    `${VERDICTS[outcome.verdict](style)}${style.bold(`: ${makeVisible(reference)}, built anew`)}`,
    ...wrap(makeVisible(outcome.proof), page.columns - 2).map((line) => `  ${line}`),
    ...facts(outcome, rebuilt, page),
    ...section('Apps', appRows(outcome, style), page),
    ...fileLines(outcome.files, page),
    ...packageLines(outcome, page),
    ...section('Inputs that differ', inputRows(outcome, rebuilt), page),
  ];
}

function sourceLines({ source, plan }: RebuiltRelease, page: Page): readonly string[] {
  const from =
    source.from === 'commit'
      ? `the site's commit ${source.commit?.slice(0, 12)}`
      : "the site's folder as it is";
  const rows = [
    ['files', `${from}${source.isExact ? '' : '; not the recorded ones'}`],
    ['Containerfile', plan.containerfile.path],
    ['cache', plan.cache.use ? 'used' : 'not used'],
  ];
  return factRows(rows, page);
}

function facts(outcome: RebuildOutcome, { recordedId }: RebuiltRelease, page: Page): readonly string[] {
  const { imageId, tag, keptAside, manifestPath } = outcome;
  return factRows(
    [
      [
        'image',
        imageId === recordedId
          ? shortDigest(imageId)
          : `${shortDigest(imageId)}, recorded ${shortDigest(recordedId)}`,
      ],
      ['tag', tag],
      ...(keptAside === undefined ? [] : [['kept aside', keptAside]]),
      ...(manifestPath === undefined ? [] : [['record', manifestPath]]),
    ],
    page,
  );
}

function planRows({ plan, toFetch }: RebuiltRelease): readonly Cell[][] {
  const apps = plan.frappe === undefined ? plan.apps : [plan.frappe, ...plan.apps];
  return apps.map(({ name, ref, commit, url }) => [
    name,
    ref,
    commit.slice(0, 12),
    toFetch.includes(name) ? `fetched from ${url}` : 'in the mirror',
  ]);
}

function baseRows({ bases }: RebuiltRelease): readonly Cell[][] {
  return bases.map(({ reference, digest, from }) => [
    reference,
    digest === null ? 'not recorded' : shortDigest(digest),
    BASES[from],
  ]);
}

function appRows({ apps }: RebuildOutcome, style: Style): readonly Cell[][] {
  const told: Readonly<Record<RebuildOutcome['apps'][number]['files'], Cell>> = {
    same: ['the same files', style.green],
    times: ['the same files, other times within', style.green],
    differ: ['other files', style.red],
    unknown: ['not recorded', style.yellow],
  };
  return apps.map(({ name, commit, files }) => [name, commit.slice(0, 12), told[files]]);
}

function fileLines(files: FileDifferences | undefined, page: Page): readonly string[] {
  if (files === undefined) return [];
  const { style } = page;
  const limited = (rows: readonly Cell[][]): readonly Cell[][] => {
    const more = rows.length - FILES_SHOWN;
    return more > 0 ? [...rows.slice(0, FILES_SHOWN), ['', `… and ${countOf(more, 'more file')}`, '']] : rows;
  };
  return section(
    'Files',
    [
      ...limited(files.added.map((path) => [['+', style.green], path, ''])),
      ...limited(files.removed.map((path) => [['-', style.red], path, ''])),
      ...limited(files.changed.map((each) => [['~', style.yellow], each.path, each.in.join(', ')])),
      ...limited(files.timesOnly.map((path) => [['·', style.dim], path, 'times only'])),
    ],
    page,
  );
}

function packageLines({ packages, verdict }: RebuildOutcome, page: Page): readonly string[] {
  if (verdict === 'identical') return [];
  if (!packages.known)
    return ['', page.style.bold('Packages'), `  ${page.style.yellow('?')} ${makeVisible(packages.why)}`];
  const rows = packages.changes.map(({ ecosystem, name, from, to }): Cell[] => [
    ecosystem,
    name,
    `${from ?? 'none'} → ${to ?? 'none'}`,
  ]);
  return section('Packages', rows, page);
}

function inputRows({ inputs }: RebuildOutcome, { bases, source }: RebuiltRelease): readonly Cell[][] {
  return [
    ...(source.isExact ? [] : [['Containerfile', 'not the recorded one']]),
    ...bases
      .filter(({ from }) => from === 'other')
      .map(({ reference }) => [reference, 'not the recorded one']),
    ...inputs.map(({ name, from, to }) => [
      name,
      `${shortDigest(from ?? 'none')} → ${shortDigest(to ?? 'none')}`,
    ]),
  ];
}

function section(title: string, rows: readonly Cell[][], page: Page): readonly string[] {
  if (rows.length === 0) return [];
  const columns = (rows[0] ?? []).map(() => ({ heading: '' }));
  return ['', page.style.bold(title), ...layTable(columns, rows, { style: page.style, indent: '  ' })];
}

function factRows(rows: readonly (readonly string[])[], { style }: Page): readonly string[] {
  const cells = rows.map(([name = '', value = '']): Cell[] => [[name, style.dim], value]);
  return layTable([{ heading: '' }, { heading: '' }], cells, { style, indent: '  ' });
}
