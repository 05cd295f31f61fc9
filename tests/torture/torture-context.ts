import type { PartContext, SharedEngine } from '@de-build/testbed';

/** What the parts of a torture share; a short form in `npm test` makes its own. */
export interface TortureContext extends PartContext {
  /** The file that is the command `de-build`. */
  readonly cli: string;
  /** Engines of every version to be had, shared by all parts, started at the first call; none where there may be none. */
  readonly engines: () => Promise<readonly SharedEngine[]>;
}
