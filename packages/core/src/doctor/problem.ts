import type { Finding } from '../errors/finding.ts';

/** A problem that `doctor` found. */
export interface Problem {
  readonly finding: Finding;
  /** Absent where it can't be repaired safely. @returns what a notice says in addition, if anything */
  readonly repair?: () => Promise<unknown>;
}
