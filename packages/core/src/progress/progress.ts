/**
 * The progress of work on bytes, objects or files: an image that is read, a fetch, a push. One event
 * for all of them; a later one with the same `id` replaces an earlier one.
 */
export interface ProgressEvent {
  readonly type: 'progress';
  /** Names one piece of work within a run, such as a build step or a file. */
  readonly id: string;
  /** What is done, for people: `Reading acme/erp:1.4.0`. */
  readonly title: string;
  readonly unit: 'bytes' | 'files' | 'objects' | 'layers';
  readonly current: number;
  /** Absent when unknown; may be an estimate. */
  readonly total?: number;
  /** The build step it belongs to. */
  readonly step?: string;
  /** The last event with this `id`. */
  readonly done: boolean;
}

export interface ProgressMeter {
  /** Adds to what was done. */
  add(amount: number): void;
  /** Sets what is done in total, and the total if it is known now. */
  set(current: number, total?: number): void;
  end(): void;
}

/** At most four events a second for one piece of work. */
const INTERVAL_MS = 250;

/** Turns any number of small steps into a few events; the last one is always reported. */
export function measureProgress(
  work: Pick<ProgressEvent, 'id' | 'title' | 'unit' | 'total' | 'step'>,
  emit: (event: ProgressEvent) => void,
): ProgressMeter {
  let { total } = work;
  let current = 0;
  let emittedAt = performance.now();
  const report = (done: boolean) => {
    emittedAt = performance.now();
    // An estimate may turn out too low.
    const known = total === undefined ? {} : { total: Math.max(current, total) };
    emit({ type: 'progress', ...work, ...known, current, done });
  };
  const set = (now: number, all = total) => {
    current = now;
    total = all;
    if (performance.now() - emittedAt >= INTERVAL_MS) report(false);
  };
  return { add: (amount) => set(current + amount), set, end: () => report(true) };
}
