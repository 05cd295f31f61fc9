import { median, quantile } from './statistics.ts';

export interface PairedRuns {
  /** Does it once and gives what was measured; what it prepares is its own affair. */
  readonly ours: () => Promise<number>;
  readonly peer: () => Promise<number>;
  /** Runs of each that count. */
  readonly pairs: number;
  /** Runs of each before, which don't. */
  readonly warmUps: number;
}

export interface Comparison {
  /** Medians. */
  readonly ours: number;
  readonly peer: number;
  /** Median of the pairs' ratios, ours / peer: what slows the machine down for a while slows both of a pair. */
  readonly ratio: number;
  /** Between which the middle half of the pairs' ratios lies. */
  readonly quartiles: readonly [number, number];
}

/** Measures two ways alternately, one after the other, as often as asked. */
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
