import type { SiteStatus } from '@de-build/core';
import { countOf, formatAge, formatBytes } from '../terminal/quantities.ts';
import {
  facts,
  type Inline,
  MARKS,
  note,
  type Part,
  quiet,
  type Report,
  right,
  section,
  strong,
  table,
} from './model.ts';

const DRIFT = {
  image: 'another image than the files name',
  config: 'another configuration than in the files',
  service: 'not in the files',
} as const;

/** What runs, how it differs from the Compose files, and the room that is left. */
export function statusReport(status: SiteStatus, now: Date): Report {
  return {
    title: [strong(status.project), quiet(` runs ${status.image}`)],
    parts: [
      containers(status, now),
      ...status.missing.map((service) =>
        note(`${service} is in the Compose files, and has no container.`, MARKS.warning),
      ),
      ...status.scale.map(({ service, running, wanted, by }) =>
        note(
          `${service} has ${countOf(running, 'container')}; ${by === 'files' ? 'the files start' : '`de-build scale` set'} ${wanted}.`,
          MARKS.warning,
        ),
      ),
      ...section('Queues', queues(status)),
      ...section('Disk', disk(status)),
      ...section('Backups', backups(status, now)),
      ...section('Deployment', [...lastDeployment(status, now), ...changedFiles(status)]),
      { kind: 'findings', findings: status.problems },
    ],
  };
}

/** Containers of a service that are the same are one line. */
function containers({ containers: all, image }: SiteStatus, now: Date): Part {
  const lines = all.map((one) => ({
    one,
    key: JSON.stringify([one.service, one.image, stateText(one), one.drift]),
  }));
  const shown = lines.filter(({ key }, index) => lines.findIndex((line) => line.key === key) === index);
  const rows = shown.map(({ one, key }): readonly Inline[] => {
    const count = lines.filter((line) => line.key === key).length;
    return [
      stateMark(one),
      count === 1 ? strong(one.service) : [strong(one.service), ` ×${count}`],
      shortly(one.image, image),
      stateText(one),
      one.since === undefined ? '' : quiet(formatAge(new Date(one.since), now).replace(/ ago$/, '')),
      { text: driftText(one, image), tone: 'warning' },
    ];
  });
  return table(['', 'service', 'image', 'state', 'for', { heading: '', wraps: true }], rows);
}

function driftText({ drift, wanted }: Container, image: string): string {
  if (drift.length === 0) return '';
  return wanted === undefined
    ? drift.map((kind) => DRIFT[kind]).join(', ')
    : `the files name ${shortly(wanted, image)}`;
}

/** Only the tag of the site's own image. */
function shortly(reference: string, image: string): string {
  return reference.startsWith(`${image}:`) ? reference.slice(image.length + 1) : reference;
}

type Container = SiteStatus['containers'][number];

function stateMark({ state, exitCode, health }: Container): Inline {
  if (state === 'exited' && exitCode === 0) return MARKS.skipped;
  if (state !== 'running' || health === 'unhealthy') return MARKS.bad;
  return health === 'starting' ? MARKS.warning : MARKS.good;
}

function stateText({ state, exitCode, health, restarts }: Container): string {
  const restarted = restarts === 0 ? '' : `, restarted ${restarts} times`;
  if (state === 'exited') return `exited (${exitCode})${restarted}`;
  return `${state === 'running' ? (health ?? state) : state}${restarted}`;
}

function queues({ queues: all = [] }: SiteStatus): readonly Part[] {
  const rows = all.map(({ name, waiting, running, failed, workers, busy, services }): readonly Inline[] => {
    const expected = services.reduce((sum, { containers }) => sum + containers, 0);
    const by = services.map(({ service, containers }) =>
      containers === 1 ? service : `${service} ×${containers}`,
    );
    return [
      workers === 0 ? MARKS.bad : workers < expected ? MARKS.warning : MARKS.good,
      strong(name),
      counted(waiting),
      counted(running),
      failed === 0 ? quiet('0') : { text: String(failed), tone: 'warning' },
      workers === 0 ? 'none' : `${workers}${busy === 0 ? '' : `, ${busy} busy`}`,
      by.length === 0 ? 'no container' : by.join(', '),
    ];
  });
  const headings = [right('waiting'), right('running'), right('failed')];
  return [table(['', 'queue', ...headings, 'workers', { heading: 'served by', wraps: true }], rows)];
}

function counted(count: number): Inline {
  return count === 0 ? quiet('0') : String(count);
}

const FULL = 0.1;

function disk({ disk: found }: SiteStatus): readonly Part[] {
  const { sites, backupsFreeBytes, volumes = [], imagesBytes, buildCacheBytes } = found;
  const rows: (readonly [string, Inline])[] = [];
  if (sites !== undefined) {
    const free = `${formatBytes(sites.freeBytes)} free`;
    const isFull = sites.freeBytes < sites.diskBytes * FULL;
    rows.push([
      'volumes',
      [
        isFull ? { text: free, tone: 'warning' } : free,
        ` of ${formatBytes(sites.diskBytes)}`,
        ...(volumes.length === 0 ? [] : ['; ']),
        volumes.map(({ name, sizeBytes }) => `${name} ${formatBytes(sizeBytes)}`).join(', '),
      ],
    ]);
  }
  if (imagesBytes !== undefined)
    rows.push([
      'engine',
      `images ${formatBytes(imagesBytes)}, build cache ${formatBytes(buildCacheBytes ?? 0)}`,
    ]);
  if (backupsFreeBytes !== undefined) rows.push(['.de-build', `${formatBytes(backupsFreeBytes)} free`]);
  return [facts(rows)];
}

function backups({ backups: found }: SiteStatus, now: Date): readonly Part[] {
  if (found.length === 0)
    return [note(quiet('None here: `de-build backup` makes one, and a deployment that migrates.'))];
  const rows = found.map(({ site, count, newest }): readonly Inline[] => [
    strong(site),
    quiet(formatAge(new Date(newest.at), now)),
    formatBytes(newest.sizeBytes),
    newest.cause === 'backup'
      ? `of ${newest.siteVersion}`
      : `by a ${newest.cause} from ${newest.siteVersion}`,
    String(count),
  ]);
  return [table(['site', 'newest', right('size'), 'made', right('in all')], rows)];
}

function lastDeployment({ lastDeployment: last }: SiteStatus, now: Date): readonly Part[] {
  if (last === undefined) return [note(quiet('None from this folder.'))];
  const { from, to, state, startedAt, by } = last;
  const when = formatAge(new Date(startedAt), now);
  const mark =
    state === 'done' ? MARKS.good : state === 'running' || state === 'failed' ? MARKS.bad : MARKS.info;
  return [
    note(
      [strong(`${from.siteVersion} → ${to.siteVersion}`), `: ${state}`, quiet(`, ${when}, by ${by}`)],
      mark,
    ),
  ];
}

function changedFiles({ changedFiles: files }: SiteStatus): readonly Part[] {
  if (files.length === 0) return [];
  const was = files.length === 1 ? 'was' : 'were';
  return [note(`${files.join(', ')} ${was} changed since.`, MARKS.warning)];
}
