import { omitUndefined } from '../omit-undefined.ts';

/** One thing that a verification compared. */
export interface VerifiedPoint {
  readonly id: 'tag' | 'image-id' | 'plan' | 'labels' | 'layers' | 'app' | 'files' | 'app-files';
  /** The app or the label it is about. */
  readonly subject?: string;
  /** Of an image for several: the one it is about. */
  readonly platform?: string;
  /** `unknown`: it could not be compared; `why` says why. */
  readonly status: 'same' | 'differs' | 'unknown';
  /** What the record says; absent where it says nothing. */
  readonly expected?: string;
  /** What the image has; absent where it has nothing. */
  readonly found?: string;
  readonly why?: string;
}

export function hasPassed(points: readonly VerifiedPoint[]): boolean {
  return points.every(({ status }) => status !== 'differs');
}

/** Compares two texts; without an expected one the result is `unknown`. */
export function comparePoint(
  point: Pick<VerifiedPoint, 'id' | 'subject'>,
  expected: string | undefined,
  found: string | undefined,
): VerifiedPoint {
  const seen = {
    ...point,
    ...omitUndefined({ expected, found }),
  };
  if (expected === undefined) return { ...seen, status: 'unknown', why: 'The record does not say.' };
  return { ...seen, status: expected === found ? 'same' : 'differs' };
}
