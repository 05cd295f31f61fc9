import type { CommitHistory } from '../git/commit-history.ts';

/** What changed between two commits of an app, for `judge-deployment.ts`. */
export interface AppChanges {
  readonly name: string;
  /** `undefined` when they are not available. */
  readonly changedFiles: readonly string[] | undefined;
  /** Files whose contents were read, by path. */
  readonly contents: ReadonlyMap<string, FileChange>;
}

/** A file before and after; `undefined` where it does not exist, or could not be read. */
export interface FileChange {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Where an app came from. */
interface Source {
  readonly url: string;
  readonly commit: string;
}

/** More definitions than these are judged by their names. */
const READ_LIMIT = 400;

/** Reads what the mirror has of an app that moved. */
export async function readAppChanges(
  history: CommitHistory,
  moved: { readonly name: string; readonly from: Source; readonly to: Source },
  signal: AbortSignal,
): Promise<AppChanges> {
  const { name, from, to } = moved;
  const range = { url: to.url, from: from.commit, to: to.commit };
  const changedFiles = await history.changedFiles(range, signal);
  const contents = new Map<string, FileChange>();
  for (const path of (changedFiles ?? []).filter(isWorthReading).slice(0, READ_LIMIT)) {
    const [before, after] = await Promise.all(
      [from, to].map(({ commit }) => history.readFile({ url: to.url, commit, path }, signal)),
    );
    contents.set(path, { from: before, to: after });
  }
  return { name, changedFiles, contents };
}

/** `frappe/patches.txt` */
export function isPatchList(path: string): boolean {
  return /^[^/]+\/patches\.txt$/.test(path);
}

/** A doctype's own definition: `erpnext/stock/doctype/item/item.json`. */
export function isDoctype(path: string): boolean {
  return /(?:^|\/)doctype\/([^/]+)\/\1\.json$/.test(path);
}

function isWorthReading(path: string): boolean {
  return isPatchList(path) || isDoctype(path);
}
