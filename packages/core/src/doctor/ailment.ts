import type { Finding } from '../errors/finding.ts';

/** Something that is not as it should be, and how it is mended where that can be done for certain. */
export interface Ailment {
  readonly finding: Finding;
  /** Left out where it cannot be told whose it is. */
  readonly repair?: () => Promise<void>;
}
