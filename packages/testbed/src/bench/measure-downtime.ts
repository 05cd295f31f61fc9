import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchContext } from './bench-context.ts';
import { compare } from './compare-paired.ts';
import { type DowntimeWorld, startDowntimeWorld } from './downtime-world.ts';
import type { Figure } from './figure.ts';
import { median } from './statistics.ts';
import { LOOK_EVERY_MS, type Look, watchDowntime } from './watch-downtime.ts';

const PATCH_SECONDS = 5;
const UP_FOR_MS = 3000;
const WITHIN_MS = 300_000;

interface Span {
  readonly from: number;
  readonly to: number;
}

interface Update {
  readonly looks: readonly Look[];
  readonly backup?: Span | undefined;
  readonly migration?: Span | undefined;
}

/** How long a site is down while it is updated: by `deploy`, and by hand. */
export async function measureDowntime(context: BenchContext): Promise<readonly Figure[]> {
  const pairs = context.isQuick ? 1 : 5;
  const published = await startDowntimeWorld(context, { hasProxy: false });
  if (published === undefined) return [];
  const runs: { ours: Update; peer: Update }[] = [];
  for (let pair = 1; pair <= pairs; pair += 1) {
    context.tell(`updates with a migration of ${PATCH_SECONDS} s, pair ${pair} of ${pairs}`);
    await published.release(PATCH_SECONDS);
    const ours = await watched(published, () => deploy(published));
    await published.release(PATCH_SECONDS);
    runs.push({ ours, peer: await watched(published, () => updateByHand(published)) });
  }
  const gaps = await deployOften(context, published, pairs, 'the frontend publishes the port');
  const proxied = await startDowntimeWorld(context, { hasProxy: true });
  if (proxied === undefined) return [];
  const failed = await deployOften(context, proxied, pairs, 'a proxy publishes the port');
  return [...migrationFigures(runs), ...requestFigures(gaps, failed, runs)];
}

async function deployOften(
  context: BenchContext,
  world: DowntimeWorld,
  times: number,
  what: string,
): Promise<readonly Update[]> {
  const updates: Update[] = [];
  for (let time = 1; time <= times; time += 1) {
    context.tell(`updates without a migration, ${what}, ${time} of ${times}`);
    await world.release();
    updates.push(await watched(world, () => deploy(world)));
  }
  return updates;
}

async function watched(
  { project }: DowntimeWorld,
  update: () => Promise<Omit<Update, 'looks'>>,
): Promise<Update> {
  const watch = watchDowntime({ address: project.address, site: project.sites[0] ?? '' });
  const spans = await update();
  const end = Date.now() + WITHIN_MS;
  while (watch.upFor() < UP_FOR_MS && Date.now() < end) await sleep(LOOK_EVERY_MS);
  if (watch.upFor() < UP_FOR_MS) throw new Error('The site was not served again');
  return { ...spans, looks: await watch.end() };
}

async function deploy({ deBuild }: DowntimeWorld): Promise<Omit<Update, 'looks'>> {
  const { deployment } = JSON.parse(await deBuild('deploy'));
  const spanOf = (name: string): Span | undefined => {
    const stage = deployment.stages.find((one: { name: string }) => one.name === name);
    return stage && { from: Date.parse(stage.startedAt), to: Date.parse(stage.endedAt) };
  };
  return { backup: spanOf('backup'), migration: spanOf('migrate') };
}

/** One command after the other, as the documents of frappe_docker tell it; without the backup that one should make. */
async function updateByHand({ project }: DowntimeWorld): Promise<Omit<Update, 'looks'>> {
  await project.compose('down');
  await project.compose('up', '--detach');
  const from = Date.now();
  await project.bench('--site', 'all', 'migrate');
  return { migration: { from, to: Date.now() } };
}

function downOf({ looks }: Pick<Update, 'looks'>, ...without: readonly (Span | undefined)[]): number {
  const isWithin = (at: number) => without.some((span) => span && span.from <= at && at <= span.to);
  return looks.filter(({ at, why }) => why !== undefined && !isWithin(at)).length;
}

function migrationFigures(runs: readonly { readonly ours: Update; readonly peer: Update }[]): Figure[] {
  const restOf = (run: Update) => downOf(run, run.backup, run.migration) * LOOK_EVERY_MS;
  const lengthOf = (span: Span | undefined) => (span === undefined ? 0 : span.to - span.from);
  const each = (value: (run: Update) => number) =>
    compare(runs.map(({ ours, peer }) => ({ ours: value(ours), peer: value(peer) })));
  const line = { part: 'downtime', unit: 'ms' } as const;
  return [
    {
      ...line,
      name: 'downtime without backup and migration, deploy : down, up, migrate',
      aim: { atMost: 0.4 },
      ...each(restOf),
    },
    { ...line, name: 'downtime with them', ...each((run) => downOf(run) * LOOK_EVERY_MS) },
    { ...line, name: 'its migration', ...each(({ migration }) => lengthOf(migration)) },
    {
      ...line,
      name: 'its backup, to the downtime by hand',
      ...compare(
        runs.map(({ ours, peer }) => ({ ours: lengthOf(ours.backup), peer: downOf(peer) * LOOK_EVERY_MS })),
      ),
    },
  ];
}

function requestFigures(
  gaps: readonly Update[],
  failed: readonly Update[],
  runs: readonly { readonly peer: Update }[],
): Figure[] {
  const byHand = median(runs.map(({ peer }) => downOf(peer)));
  const gap = median(gaps.map((update) => downOf(update)));
  const total = failed.reduce((sum, update) => sum + downOf(update), 0);
  const line = { part: 'downtime', unit: 'requests' } as const;
  return [
    {
      ...line,
      name: 'failed without a migration, the frontend publishes the port',
      ...{ ours: gap, peer: byHand, ratio: gap / byHand },
    },
    {
      ...line,
      name: `failed without a migration, behind a proxy, in ${failed.length} deployments`,
      ...{ ours: total, peer: undefined, ratio: total, aim: { atMost: 0 } },
    },
  ];
}
