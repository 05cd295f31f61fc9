import { allOf, type Figure, noneOf } from '../figure.ts';
import type { TortureContext } from '../torture-context.ts';
import { type CrashWorld, inCrashWorld } from './crash-world.ts';
import type { Call } from './traced-run.ts';

export interface KillOutcome {
  readonly runs: number;
  /** Places where a run was really killed, of those there are. */
  readonly places: { readonly hit: number; readonly of: number };
  /** What did not hold right after a run was killed, and after the next one; each says where. */
  readonly breaches: readonly string[];
  readonly notConverged: readonly string[];
}

export interface KillOptions {
  /** How many places at most, spread over all there are; every one unless given. */
  readonly atMost?: number;
  readonly signal?: AbortSignal;
  readonly tell?: (text: string) => void;
}

const SCENARIOS = [
  { name: 'a first release', args: [], isReleased: false, isPlace: () => true },
  {
    name: 'a release once more',
    args: ['--force'],
    isReleased: true,
    // What comes before is as in a first release.
    isPlace: ({ label }: Call) => /journal|build-manifests|lock\.json/.test(label),
  },
] as const;

/** Kills a release before each system call that changes a file, one run for each, and lets the next run repair it. */
export async function killAtEverySyscall(world: CrashWorld, options: KillOptions): Promise<KillOutcome> {
  const breaches: string[] = [];
  const notConverged: string[] = [];
  let runs = 0;
  let hit = 0;
  let of = 0;
  for (const scenario of SCENARIOS) {
    const whole = await world.run(scenario);
    const complaints = [...(whole.isWhole ? [] : ['is not whole']), ...(await whole.converge())];
    if (complaints.length > 0) throw new Error(`A run that nobody killed: ${complaints}\n${whole.output}`);
    const all = whole.calls.filter((call) => call.isChange && scenario.isPlace(call));
    const places = spread(all, Math.ceil((options.atMost ?? all.length * 2) / SCENARIOS.length));
    of += places.length;
    for (const [index, place] of places.entries()) {
      options.signal?.throwIfAborted();
      const run = await world.run(scenario, { name: place.name, nth: place.nth, fault: 'signal=KILL' });
      runs += 1;
      const killedAt = run.exitCode === undefined ? run.calls.at(-1) : undefined;
      if (killedAt !== undefined) hit += 1;
      const where = `${scenario.name}, killed before ${killedAt?.label ?? `nothing (${place.label})`}`;
      breaches.push(...run.breaches.map((breach) => `${where}: ${breach}`));
      const left = await run.converge();
      notConverged.push(...left.map((complaint) => `${where}: ${complaint}`));
      options.tell?.(
        `${index + 1}/${places.length} ${where}${left.length + run.breaches.length > 0 ? ` ✗ ${run.breaches} ${left}` : ''}`,
      );
    }
  }
  return { runs, places: { hit, of }, breaches, notConverged };
}

/** So many of a list, the first and the last among them. */
export function spread<Item>(items: readonly Item[], atMost: number): readonly Item[] {
  if (items.length <= atMost) return items;
  const step = (items.length - 1) / Math.max(1, atMost - 1);
  return Array.from({ length: atMost }, (_, index) => items[Math.round(index * step)] as Item);
}

const PART = 'kill-every-syscall';

/** The part of `npm run torture`. */
export async function killEverySyscall(context: TortureContext): Promise<readonly Figure[]> {
  return inCrashWorld(context, async (world) => {
    const { isQuick, signal, tell } = context;
    const outcome = await killAtEverySyscall(world, { signal, tell, ...(isQuick ? { atMost: 12 } : {}) });
    const { runs, places, breaches, notConverged } = outcome;
    for (const line of [...breaches, ...notConverged]) tell(line);
    return [
      { part: PART, name: 'system calls that change a file', value: `${places.of}` },
      allOf(places.of, { part: PART, name: 'killed before it', right: places.hit }),
      noneOf(runs, { part: PART, name: 'incomplete or wrong files right after it', wrong: breaches.length }),
      noneOf(runs, { part: PART, name: 'left after the next run', wrong: notConverged.length }),
    ];
  });
}
