/** One thing that a verification compared. */
export interface VerifiedPoint {
  readonly id: 'tag' | 'image-id' | 'plan' | 'labels' | 'layers' | 'app' | 'files' | 'app-files';
  /** The app or the label it is about. */
  readonly subject?: string;
  /** `unknown`: it could not be compared; `why` says why. */
  readonly status: 'same' | 'differs' | 'unknown';
  /** What the record says; absent where it says nothing. */
  readonly expected?: string;
  /** What is there; absent where there is nothing. */
  readonly found?: string;
  readonly why?: string;
}

export function hasPassed(points: readonly VerifiedPoint[]): boolean {
  return points.every(({ status }) => status !== 'differs');
}

/** The two must be the same text; without an expected one there is nothing to compare. */
export function comparePoint(
  point: Pick<VerifiedPoint, 'id' | 'subject'>,
  expected: string | undefined,
  found: string | undefined,
): VerifiedPoint {
  const seen = {
    ...point,
    ...(expected === undefined ? {} : { expected }),
    ...(found === undefined ? {} : { found }),
  };
  if (expected === undefined) return { ...seen, status: 'unknown', why: 'The record does not say.' };
  return { ...seen, status: expected === found ? 'same' : 'differs' };
}
