import { LIMITS } from './unpack/limits.ts';

/** Raised when the search finds more than before. */
export const SEARCH_VERSION = 5;

/** Everything but the image and the secrets that decides what a search finds and what it cannot read. */
export const SEARCH_SETTINGS = JSON.stringify([SEARCH_VERSION, LIMITS]);
