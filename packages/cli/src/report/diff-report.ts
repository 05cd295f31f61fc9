import type {
  Change,
  CommitsBetween,
  DeploymentVerdict,
  DiffedApp,
  MovedApp,
  PackageChange,
  ReleaseDiff,
} from '@de-build/core';
import { countOf, formatBytes } from '../terminal/quantities.ts';
import {
  commit,
  digest,
  facts,
  type Inline,
  MARKS,
  note,
  type Part,
  type Report,
  type Section,
  section,
  table,
} from './model.ts';

/** What changed between two releases: for a terminal, and as release notes. */
export function diffReport(diff: ReleaseDiff): Report {
  const { from, to, apps, packages } = diff;
  return {
    title: `${from.siteVersion} → ${to.siteVersion}`,
    parts: [
      facts([
        ['released', `${day(to.createdAt)}, after ${from.siteVersion} of ${day(from.createdAt)}`],
        ['image', [digest(from.imageId), ' → ', digest(to.imageId)]],
        ['size', `${formatBytes(to.sizeBytes)}, ${growth(to.sizeBytes - from.sizeBytes)}`],
      ]),
      deploymentSection(diff),
      ...section('Apps', [
        table(['', 'app', 'before', 'now'], appRows(apps)),
        ...(apps.same.length === 0
          ? []
          : [note(`${countOf(apps.same.length, 'app')} unchanged: ${apps.same.join(', ')}`)]),
        ...apps.moved.map(commitsSection),
      ]),
      ...changeSection('Base images', 'image', diff.baseImages),
      ...changeSection('Build args', 'build arg', diff.buildArgs),
      ...changeSection('Inputs', 'input', diff.inputs),
      ...section('Packages', [
        packages.known ? packageTable(packages.changes) : note(packages.why, MARKS.unknown),
      ]),
    ],
  };
}

function day(time: string): string {
  return time.slice(0, 10);
}

function growth(bytes: number): string {
  if (bytes === 0) return 'the same size';
  return `${formatBytes(Math.abs(bytes))} ${bytes > 0 ? 'larger' : 'smaller'}`;
}

function deploymentSection({ deployment: { verdict, reasons, unknown } }: ReleaseDiff): Section {
  const { headline, tone, meaning } = VERDICTS[verdict];
  const rows = reasons.map(({ app, file, why }) => [
    app,
    file === null ? '' : ({ text: file, form: 'code' } as const),
    why,
  ]);
  const items = unknown.map(({ app, why }) => ({ mark: MARKS.unknown, text: `${app}: ${why}` }));
  return {
    kind: 'section',
    title: [
      { text: 'Deployment: ', tone: 'strong' },
      { text: headline, tone },
    ],
    parts: [
      note(meaning),
      table(['app', 'file', { heading: 'reason', wraps: true }], rows, { noun: 'reason' }),
      { kind: 'list', items },
    ],
  };
}

const VERDICTS = {
  'pull-only': {
    headline: 'pull only',
    tone: 'good',
    meaning: 'New containers are enough; there is nothing to migrate.',
  },
  'migrate-needed': {
    headline: 'migration needed',
    tone: 'warning',
    meaning: 'Run `bench migrate` after the new containers are up.',
  },
  'irreversible-without-backup': {
    headline: 'cannot be undone without a backup',
    tone: 'bad',
    meaning: 'Back up before you deploy it: only that backup leads back to the older release.',
  },
  unknown: {
    headline: 'not known',
    tone: 'warning',
    meaning: 'Not everything could be compared; treat it as a migration, and back up before.',
  },
} as const satisfies Record<DeploymentVerdict['verdict'], object>;

function appRows({ moved, added, removed }: ReleaseDiff['apps']): readonly (readonly Inline[])[] {
  return [
    ...moved.map(({ name, from, to }) => [
      MARKS.changed,
      name,
      stateOf(from, from.url !== to.url),
      stateOf(to, from.url !== to.url),
    ]),
    ...added.map((app) => [MARKS.added, app.name, '', stateOf(app)]),
    ...removed.map((app) => [MARKS.removed, app.name, stateOf(app), 'removed']),
  ];
}

function stateOf({ ref, commit: id, version, url }: DiffedApp, hasUrl = false): Inline {
  return [`${version === null ? '' : `${version}, `}${ref} `, commit(id), hasUrl ? ` ${url}` : ''];
}

function commitsSection({ name, commits, changedFiles, compareUrl }: MovedApp): Section {
  const files = changedFiles === null ? [] : [`${countOf(changedFiles.length, 'file')} changed`];
  const counts = commits.known ? [countCommits(commits), ...files] : files;
  const items = commits.known ? commits.subjects.map((text) => ({ text })) : [];
  return {
    kind: 'section',
    title: counts.length === 0 ? name : `${name}: ${counts.join(', ')}`,
    parts: [
      ...(compareUrl === null ? [] : [note({ text: compareUrl, href: compareUrl })]),
      ...(commits.known ? [] : [note(`The commits between are not known: ${commits.why}`, MARKS.unknown)]),
      { kind: 'list', items, cut: { noun: 'commit', total: commits.known ? commits.ahead : 0 } },
    ],
  };
}

/** `3 commits`, `2 commits reverted`, `3 commits, 2 reverted` */
function countCommits({ ahead, behind }: Extract<CommitsBetween, { known: true }>): string {
  if (behind === 0) return countOf(ahead, 'commit');
  return ahead === 0
    ? `${countOf(behind, 'commit')} taken back`
    : `${countOf(ahead, 'commit')}, ${behind} taken back`;
}

function changeSection(title: string, noun: string, changes: readonly Change[]): readonly Section[] {
  const rows = changes.map(({ name, from, to }) => [name, digest(from ?? ''), digest(to ?? '')]);
  return section(title, [table([noun, 'before', 'now'], rows)]);
}

/** Also what a rebuild changed. */
export function packageTable(changes: readonly PackageChange[]): Part {
  const rows = changes.map(({ ecosystem, name, from, to }) => [ecosystem, name, from ?? '', to ?? '']);
  return table(['', 'package', 'before', 'now'], rows);
}
