/** Goes up when the search finds more than before: what was found clean by an older one is searched again. */
export const SEARCH_VERSION = 1;
