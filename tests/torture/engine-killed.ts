import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandNameOf, findProcessesOf, type PrivateEngine } from '@de-build/testbed';
import { allOf, type Figure, noneOf } from './figure.ts';
import { prepareTrials, READING, type ReleaseTrials } from './release-trials.ts';
import type { TortureContext } from './torture-context.ts';
import { lookUntilClean } from './until-clean.ts';

const PART = 'engine-killed';
const NOTICED_WITHIN_SECONDS = 60;
/** Of the tag and its record one can be there without the other when the engine dies between them; then this says so. */
const HALFWAY = 'tag-not-taken-back';

/** Kills a release's engine at points spread over its build, starts it again, and looks at what is left. */
export async function killEngines(
  context: TortureContext,
  points = context.isQuick ? 4 : 20,
  given?: ReleaseTrials,
): Promise<readonly Figure[]> {
  const trials = given ?? (await prepareTrials(context));
  const building = await measureBuild(trials);
  const wrong = { successes: 0, classes: 0, leftovers: 0 };
  let survived = 0;
  let before: readonly string[] = [];
  for (let index = 0; index < points && !context.signal.aborted; index++) {
    const at = ((index + 0.5) / points) * building;
    let killing: Promise<void> | undefined;
    const ended = await trials.release(['--no-cache'], async ({ said, hasEnded }) => {
      await said(BUILDING);
      await sleep(at);
      if (!hasEnded()) killing = trials.engine.kill('SIGKILL');
    });
    await killing;
    await trials.engine.restart();
    const seen = await lookUntilClean(trials, isForTheNext);
    const isWhole = seen.isTagged && seen.records.length > 0;
    const isNothing = !seen.isTagged && seen.records.length === 0;
    const say = (what: string) =>
      context.tell(`Killed ${Math.round(at)} ms into the build: ${what}\n${ended.output.slice(-600)}`);
    if (ended.exitCode === 0) {
      survived++;
      if (!isWhole) {
        wrong.successes++;
        say('a success without image and record');
      }
    } else {
      if (!isEngineFailure(ended.exitCode, ended.codes)) {
        wrong.classes++;
        say(`exit ${ended.exitCode}, ${ended.codes.join(' ')}`);
      }
      // What an earlier one left was to go with this run.
      const left = seen.leftovers.filter(
        (name) => !isOfTheEngine(name) && (!isForTheNext(name) || before.includes(name)),
      );
      before = seen.leftovers;
      if (left.length > 0 || !(isNothing || ended.codes.includes(HALFWAY))) {
        wrong.leftovers++;
        say(`left over: tag ${seen.isTagged}, records ${seen.records.join(' ')}, ${left.join(', ')}`);
      }
    }
    if (!isNothing) await trials.nextVersion();
  }
  const next = await trials.release([]);
  const clean = await lookUntilClean(trials, isOfTheEngine);
  await trials.nextVersion();
  const isClean = next.exitCode === 0 && clean.isTagged && clean.leftovers.every(isOfTheEngine);
  return [
    noneOf(points, { part: PART, name: 'false successes', wrong: wrong.successes }),
    noneOf(points, { part: PART, name: 'reported as something else', wrong: wrong.classes }),
    noneOf(points, { part: PART, name: 'leftovers after its restart', wrong: wrong.leftovers }),
    { part: PART, name: 'too late to kill a release', value: `${survived} of ${points}` },
    allOf(1, { part: PART, name: 'next release works and tidies', right: isClean ? 1 : 0 }),
    ...(context.isQuick ? [] : [await freezeEngine(trials), await killContainerd(context, trials)]),
  ];
}

const BUILDING = '"stage":"build"';

/** From the start of the build to the end of the release. */
async function measureBuild(trials: ReleaseTrials): Promise<number> {
  let begun = 0;
  await trials.release(['--no-cache'], async ({ said }) => {
    await said(BUILDING);
    begun = performance.now();
  });
  const building = performance.now() - begun;
  await trials.nextVersion();
  return building;
}

/** A step that the engine was about to start when it was killed; it waits for that for ever, and the engine forgot it. */
function isOfTheEngine(leftover: string): boolean {
  return /^process \d+ runc init/.test(leftover);
}

/** An engine that is dead cannot be tidied; the next run takes the temporary tag away, and what was reading its image. */
function isForTheNext(leftover: string): boolean {
  return leftover.includes('-building-') || leftover.startsWith(READING) || isOfTheEngine(leftover);
}

function isEngineFailure(exitCode: number, codes: readonly string[]): boolean {
  if (codes.includes(HALFWAY)) return exitCode === 9;
  return exitCode === 5 && codes.some((code) => code.startsWith('engine-'));
}

/** An engine that stops without dying keeps its connections open and says nothing. */
async function freezeEngine(trials: ReleaseTrials): Promise<Figure> {
  const pid = await daemonOf(trials.engine);
  let frozenAt = 0;
  const ended = await trials.release(['--no-cache'], async ({ said }) => {
    await said(BUILDING);
    await sleep(500);
    process.kill(pid, 'SIGSTOP');
    frozenAt = performance.now();
  });
  const seconds = (performance.now() - frozenAt) / 1000;
  process.kill(pid, 'SIGCONT');
  await lookUntilClean(trials);
  if (ended.exitCode === 0) await trials.nextVersion();
  return {
    part: PART,
    name: 'a frozen engine is detected after',
    value: `${seconds.toFixed(0)} s, ${ended.codes.join(' ')}`,
    aim: `≤ ${NOTICED_WITHIN_SECONDS} s`,
    isMet: seconds <= NOTICED_WITHIN_SECONDS && isEngineFailure(ended.exitCode, ended.codes),
  };
}

/** The engine starts it again by itself; what it makes of the build meanwhile may be anything but a false success. */
async function killContainerd(context: TortureContext, trials: ReleaseTrials): Promise<Figure> {
  const ended = await trials.release(['--no-cache'], async ({ said }) => {
    await said(BUILDING);
    await sleep(500);
    for (const pid of findProcessesOf(trials.engine.folder)) {
      if (commandNameOf(pid) === 'containerd') process.kill(pid, 'SIGKILL');
    }
  });
  const seen = await lookUntilClean(trials);
  const isTrue = (ended.exitCode === 0) === (seen.isTagged && seen.records.length > 0);
  if (ended.exitCode !== 0) context.tell(ended.output.slice(-600));
  return {
    part: PART,
    name: 'containerd killed: the outcome is true',
    value: ended.exitCode === 0 ? 'survived' : ended.codes.join(' '),
    aim: 'true',
    isMet: isTrue,
  };
}

async function daemonOf({ folder }: PrivateEngine): Promise<number> {
  return Number(await readFile(join(folder, 'dockerd.pid'), 'utf8'));
}
