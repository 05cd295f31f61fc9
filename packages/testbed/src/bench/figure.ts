import type { Comparison } from './compare-paired.ts';

/** One line of the bench's result. */
export interface Figure {
  readonly part: PartName;
  readonly name: string;
  readonly unit: 'ms' | 'bytes';
  readonly ours: number;
  /** Undefined where `ratio` does not come from a peer. */
  readonly peer: number | undefined;
  /** What counts: ours / peer, or an exponent where the name says so. */
  readonly ratio: number;
  readonly quartiles?: readonly [number, number];
  /** The most that `ratio` may be, when there is an aim. */
  readonly aim?: Aim;
}

export interface Aim {
  readonly atMost: number;
  /** How the number comes about: `1 + checks`. */
  readonly because?: string;
}

/** A part of the bench, by the name that `--only` takes. */
export type PartName =
  | 'start-up'
  | 'cached-build'
  | 'context-bytes'
  | 'one-moved'
  | 'mirror-clone'
  | 'check'
  | 'list';

export function figureOf(
  line: Pick<Figure, 'part' | 'name' | 'unit' | 'aim'>,
  comparison: Comparison,
): Figure {
  return { ...line, ...comparison };
}

/** Undefined where there is nothing to be met. */
export function isMet({ ratio, aim }: Figure): boolean | undefined {
  return aim === undefined ? undefined : ratio <= aim.atMost;
}
