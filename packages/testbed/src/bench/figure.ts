import type { Comparison } from './compare-paired.ts';

/** One line of the bench's result. */
export interface Figure {
  readonly part: PartName;
  readonly name: string;
  readonly unit: 'ms' | 'bytes' | 'requests';
  readonly ours: number;
  /** Undefined if `ratio` is not relative to a peer. */
  readonly peer: number | undefined;
  /** The result: ours / peer, or an exponent if the name says so. */
  readonly ratio: number;
  readonly quartiles?: readonly [number, number];
  /** The maximum of `ratio`, if there is an aim. */
  readonly aim?: Aim;
}

export interface Aim {
  readonly atMost: number;
  /** How the number is composed: `1 + checks`. */
  readonly because?: string;
}

/** A part of the bench, by its name for `--only`. */
export type PartName =
  | 'start-up'
  | 'cached-build'
  | 'far-build'
  | 'context-bytes'
  | 'one-moved'
  | 'sources-clone'
  | 'check'
  | 'list'
  | 'downtime'
  | 'dump';

export function figureOf(
  line: Pick<Figure, 'part' | 'name' | 'unit' | 'aim'>,
  comparison: Comparison,
): Figure {
  return { ...line, ...comparison };
}

/** Undefined without an aim. */
export function isMet({ ratio, aim }: Figure): boolean | undefined {
  return aim === undefined ? undefined : ratio <= aim.atMost;
}
