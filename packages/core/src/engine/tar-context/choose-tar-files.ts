import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { contextUnreadable } from '../../errors/context-failures.ts';
import { parseIgnoreFile } from '../context/ignore-file.ts';
import { createPatternMatcher } from '../context/pattern-matcher.ts';
import type { ContextWalk } from '../context/walk-context.ts';

export interface ChosenTarFiles {
  readonly walk: ContextWalk;
  readonly containerfileName: string;
  /** Files that take the place of, or come besides, those of the context. */
  readonly standIns: ReadonlyMap<string, Buffer>;
}

const IGNORE_FILE = '.dockerignore';

/**
 * A builder without a session finds its Containerfile in the context, and takes out of the context what the
 * `.dockerignore` in there excludes of the two of them. So both must be sent, even where they are excluded; a
 * Containerfile that lies outside, or is excluded by an ignore file of its own, goes under a name that the
 * `.dockerignore` sent along excludes.
 */
export async function chooseTarFiles(options: {
  readonly contextFolder: string;
  readonly containerfile: string;
  readonly neverSend: readonly string[];
}): Promise<ChosenTarFiles> {
  const { contextFolder: folder, containerfile, neverSend } = options;
  const inside = await pathInside(folder, containerfile);
  const own = await readIfThere(`${containerfile}.dockerignore`, `${basename(containerfile)}.dockerignore`);
  const general = await readIfThere(join(folder, IGNORE_FILE), IGNORE_FILE);
  const patterns =
    own !== undefined
      ? parseIgnoreFile(own, `${containerfile}.dockerignore`)
      : parseIgnoreFile(general ?? '', join(folder, IGNORE_FILE));
  const matcher = createPatternMatcher(patterns);
  const isExcluded = (path: string) => matcher.matches(path);
  const isSentAnyway = inside !== undefined && (own === undefined || !isExcluded(inside));

  if (isSentAnyway && !neverSend.includes(inside)) {
    const rescued = [IGNORE_FILE, inside].filter(isExcluded).map((path) => `!${path}`);
    const exclude = own === undefined ? [...patterns, ...rescued] : patterns;
    return { walk: { folder, exclude, neverSend }, containerfileName: inside, standIns: new Map() };
  }
  const content = await readFile(containerfile).catch((error) => {
    throw contextUnreadable(containerfile, error);
  });
  const name = `.dockerfile.${createHash('sha256').update(content).digest('hex').slice(0, 20)}`;
  const isIgnoreFileKept = general !== undefined && !isExcluded(IGNORE_FILE);
  const ignoring = isIgnoreFileKept ? `${general}\n${name}\n` : `${general ?? ''}\n${IGNORE_FILE}\n${name}\n`;
  return {
    walk: { folder, exclude: patterns, neverSend },
    containerfileName: name,
    standIns: new Map([
      [name, content],
      [IGNORE_FILE, Buffer.from(ignoring)],
    ]),
  };
}

/** Relative to the context, forward slashes; `undefined` when it lies outside. */
async function pathInside(folder: string, file: string): Promise<string | undefined> {
  const path = relative(await resolved(folder), join(await resolved(join(file, '..')), basename(file)));
  const isOutside = path === '..' || path.startsWith(`..${sep}`) || path === '' || /^[A-Za-z]:/.test(path);
  return isOutside ? undefined : path.split(sep).join('/');
}

async function resolved(path: string): Promise<string> {
  return realpath(path).catch((error) => {
    throw contextUnreadable(path, error);
  });
}

async function readIfThere(file: string, name: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw contextUnreadable(name, error);
  }
}
