import { median, quantile } from './statistics.ts';

export interface PairedRuns {
  /** Runs it once and returns the measured value; its preparation is not measured. */
  readonly ours: () => Promise<number>;
  readonly peer: () => Promise<number>;
  /** Runs of each that count. */
  readonly pairs: number;
  /** Warm-up runs of each, which do not count. */
  readonly warmUps: number;
}

export interface Comparison {
  /** Medians. */
  readonly ours: number;
  readonly peer: number;
  /** Median of the pairs' ratios, ours / peer: a busy machine slows down both runs of a pair. */
  readonly ratio: number;
  /** The range of the middle half of the pairs' ratios. */
  readonly quartiles: readonly [number, number];
}

/** Measures two programs alternately, this many times each. */
export async function comparePaired({ ours, peer, pairs, warmUps }: PairedRuns): Promise<Comparison> {
  const measured: Pair[] = [];
  for (let round = -warmUps; round < pairs; round += 1) {
    const pair = { ours: await ours(), peer: await peer() };
    if (round >= 0) measured.push(pair);
  }
  return compare(measured);
}

export interface Pair {
  readonly ours: number;
  readonly peer: number;
}

export function compare(pairs: readonly Pair[]): Comparison {
  const ratios = pairs.map((pair) => pair.ours / pair.peer);
  return {
    ours: median(pairs.map((pair) => pair.ours)),
    peer: median(pairs.map((pair) => pair.peer)),
    ratio: median(ratios),
    quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
  };
}
