import { setTimeout as sleep } from 'node:timers/promises';
import { allOf, type Figure, noneOf } from './figure.ts';
import {
  type Aftermath,
  type EndedRelease,
  prepareTrials,
  type ReleaseTrials,
  type RunningRelease,
} from './release-trials.ts';
import { seededRandom } from './seeded-random.ts';
import type { TortureContext } from './torture-context.ts';
import { lookUntilClean } from './until-clean.ts';

const PART = 'ctrl-c';
const WITHIN_SECONDS = 5;

interface Way {
  readonly name: string;
  /** What a shell sees. */
  readonly exitCode: number;
  readonly stop: (run: RunningRelease) => Promise<unknown>;
}

const WAYS: readonly Way[] = [
  { name: 'SIGINT', exitCode: 130, stop: async ({ child }) => child.kill('SIGINT') },
  { name: 'SIGTERM', exitCode: 143, stop: async ({ child }) => child.kill('SIGTERM') },
  {
    name: 'SIGINT twice',
    exitCode: 130,
    async stop({ child }) {
      child.kill('SIGINT');
      await sleep(150);
      child.kill('SIGINT');
    },
  },
  // What it writes next finds nobody to read it.
  { name: 'a closed pipe', exitCode: 130, stop: async ({ child }) => child.stdout?.destroy() },
];

/** Every other moment is for Ctrl-C itself. */
const wayOf = (index: number): Way =>
  (WAYS[index % 2 === 0 ? 0 : ((index - 1) / 2) % WAYS.length] ?? WAYS[0]) as Way;

/** Interrupts whole releases at random moments, from the start of the process to its end. */
export async function interruptReleases(
  context: TortureContext,
  moments = context.isQuick ? 8 : 100,
  given?: ReleaseTrials,
): Promise<readonly Figure[]> {
  const trials = given ?? (await prepareTrials(context));
  const { durationMs } = await trials.release(['--no-cache']);
  await trials.nextVersion();
  const { random, seed } = seededRandom();
  context.tell(`A release takes ${Math.round(durationMs)} ms; the moments are those of the seed ${seed}`);

  const wrong = { outcomes: 0, leftovers: 0, locks: 0, late: 0 };
  let finished = 0;
  let worstMs = 0;
  for (let index = 0; index < moments && !context.signal.aborted; index++) {
    const way = wayOf(index);
    const at = random() * durationMs;
    let stoppedAt = Number.POSITIVE_INFINITY;
    const ended = await trials.release(['--no-cache'], async (run) => {
      await sleep(at);
      stoppedAt = performance.now();
      await way.stop(run);
    });
    const tookMs = performance.now() - stoppedAt;
    const seen = await lookUntilClean(trials);
    const judged = judge(ended, seen, way);
    const say = (what: string) =>
      context.tell(`${way.name} at ${Math.round(at)} ms: ${what}\n${ended.output.slice(-600)}`);
    if (judged === undefined) {
      wrong.outcomes++;
      say(`exit ${ended.exitCode}, tag ${seen.isTagged}, records ${seen.records.join(' ')}`);
    }
    if (seen.leftovers.length > 0) {
      wrong.leftovers++;
      say(`left over: ${seen.leftovers.join(', ')}`);
    }
    if (seen.isLocked) wrong.locks++;
    if (judged === 'finished') finished++;
    else if (Number.isFinite(tookMs)) {
      worstMs = Math.max(worstMs, tookMs);
      if (tookMs > WITHIN_SECONDS * 1000) wrong.late++;
    }
    if (judged !== 'stopped') await trials.nextVersion();
  }
  const next = await trials.release([]);
  const clean = await lookUntilClean(trials);
  await trials.nextVersion();
  return [
    noneOf(moments, { part: PART, name: 'neither a whole release nor none', wrong: wrong.outcomes }),
    noneOf(moments, { part: PART, name: 'leftovers in engine or files', wrong: wrong.leftovers }),
    noneOf(moments, { part: PART, name: 'locks left', wrong: wrong.locks }),
    noneOf(moments, { part: PART, name: `exits after more than ${WITHIN_SECONDS} s`, wrong: wrong.late }),
    { part: PART, name: 'slowest exit', value: `${(worstMs / 1000).toFixed(1)} s` },
    { part: PART, name: 'too late to stop a release', value: `${finished} of ${moments}` },
    allOf(1, {
      part: PART,
      name: 'next release works',
      right: next.exitCode === 0 && clean.leftovers.length === 0 ? 1 : 0,
    }),
  ];
}

/** Either all of a release, or nothing of it and the exit code of its interruption. */
function judge(
  { exitCode }: EndedRelease,
  { isTagged, records }: Aftermath,
  way: Way,
): 'finished' | 'stopped' | undefined {
  if (exitCode === 0 && isTagged && records.length === 3) return 'finished';
  if (exitCode === way.exitCode && !isTagged && records.length === 0) return 'stopped';
  return undefined;
}
