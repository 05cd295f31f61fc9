import type { Version } from './version.ts';

/** How a site numbers its releases. Every version is also the tag of an image. */
export interface VersionScheme {
  /** Follows "A site version is". */
  readonly shape: string;
  readonly example: string;
  /** The steps that `bump` knows, the usual one first. */
  readonly steps: readonly string[];
  /** `undefined` for what is no version of this scheme, character by character. */
  parse(text: string): Version | undefined;
  /** The version that is a step higher. `from` may be of another scheme, which the site had before. */
  bump(from: Version, step: string, today: Date): string;
  /** The version that is probably meant; `text` is no version, and begins with a digit. */
  nearest(text: string): string | undefined;
}
