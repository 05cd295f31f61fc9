/** Raised when the search finds more than before: layers that an older version found clean are searched again. */
export const SEARCH_VERSION = 5;
