import { type Figure, noneOf } from '../figure.ts';
import type { TortureContext } from '../torture-context.ts';
import { type CrashWorld, inCrashWorld } from './crash-world.ts';
import { spread } from './kill-every-syscall.ts';

export interface DiskErrorsOutcome {
  readonly runs: number;
  /** Runs that the fault reached, whether they reported it or not. */
  readonly met: number;
  /** Runs that ended with 0 and had not released. */
  readonly falseSuccesses: readonly string[];
  /** What did not hold right after a run, or after the next one. */
  readonly breaches: readonly string[];
}

export interface DiskErrorsOptions {
  /** How many faults at most, spread over all there are; every one unless given. */
  readonly atMost?: number;
  readonly signal?: AbortSignal;
  readonly tell?: (text: string) => void;
}

/** What a disk that is full or failing refuses. */
const REFUSED: ReadonlySet<string> = new Set([
  'openat',
  'write',
  'pwrite64',
  'fsync',
  'rename',
  'link',
  'mkdir',
  'unlink',
]);

/** Lets the disk be full, or fail, at one system call of a release after the other. */
export async function failEveryWrite(
  world: CrashWorld,
  options: DiskErrorsOptions,
): Promise<DiskErrorsOutcome> {
  const falseSuccesses: string[] = [];
  const breaches: string[] = [];
  let met = 0;
  const whole = await world.run({ args: [] });
  await whole.converge();
  const places = whole.calls.filter(({ isChange, name }) => isChange && REFUSED.has(name));
  const all = places.flatMap((place) =>
    (['error=ENOSPC', 'error=EIO'] as const)
      // A full disk refuses no removal and no sync.
      .filter((fault) => fault === 'error=EIO' || !/^(?:fsync|unlink)$/.test(place.name))
      .map((fault) => ({ place, fault })),
  );
  const chosen = spread(all, options.atMost ?? all.length);
  for (const [index, { place, fault }] of chosen.entries()) {
    options.signal?.throwIfAborted();
    const run = await world.run({ args: [] }, { name: place.name, nth: place.nth, fault });
    const hit = run.calls.find(({ isInjected }) => isInjected);
    // Threads write to each other, too, which no disk refuses.
    const isOfDisk = hit?.label.includes('anon_inode') !== true;
    if (hit !== undefined && isOfDisk) met += 1;
    const where = `${fault} at ${hit?.label ?? `nothing (${place.label})`}, ended with ${run.exitCode}`;
    if (run.exitCode === 0 && !run.isWhole) falseSuccesses.push(where);
    if (isOfDisk && (run.exitCode === 1 || run.exitCode === undefined))
      breaches.push(`${where}: ${run.output.slice(-600)}`);
    breaches.push(...run.breaches.map((breach) => `${where}: ${breach}`));
    const left = await run.converge();
    breaches.push(...left.map((complaint) => `${where}, after the next run: ${complaint}`));
    options.tell?.(`${index + 1}/${chosen.length} ${where}`);
  }
  return { runs: chosen.length, met, falseSuccesses, breaches };
}

const PART = 'disk-errors';

/** The part of `npm run torture`. */
export async function diskErrors(context: TortureContext): Promise<readonly Figure[]> {
  return inCrashWorld(context, async (world) => {
    const { isQuick, signal, tell } = context;
    const outcome = await failEveryWrite(world, { signal, tell, ...(isQuick ? { atMost: 8 } : {}) });
    const { runs, met, falseSuccesses, breaches } = outcome;
    for (const line of [...falseSuccesses, ...breaches]) tell(line);
    return [
      { part: PART, name: 'full or failing at a system call', value: `${met} of ${runs}` },
      noneOf(runs, { part: PART, name: 'false successes', wrong: falseSuccesses.length }),
      noneOf(runs, { part: PART, name: 'bad states, then or after the next run', wrong: breaches.length }),
    ];
  });
}
