import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoreFileUnreadable } from '../../errors/context-failures.ts';
import { cleanPath, trimSpace } from './go-path.ts';

/** Docker's Go scanner refuses longer lines. */
const LONGEST_LINE_BYTES = 64 * 1024 - 1;

/**
 * The patterns of `<Containerfile>.dockerignore`, or else of the context's `.dockerignore`; none when there is neither.
 * @param containerfile absolute path
 * @throws DeBuildError `ignore-file-unreadable`
 */
export async function readIgnoreFile(contextFolder: string, containerfile: string): Promise<string[]> {
  for (const file of [`${containerfile}.dockerignore`, join(contextFolder, '.dockerignore')]) {
    const text = await readIfThere(file);
    if (text !== undefined) return parseIgnoreFile(text, file);
  }
  return [];
}

/** The rules of moby/patternmatcher's `ignorefile.ReadAll`. `file` is named in errors only. */
export function parseIgnoreFile(text: string, file: string): string[] {
  const patterns: string[] = [];
  for (const [index, line] of text
    .replace(/^\u{feff}/u, '')
    .split('\n')
    .entries()) {
    if (line.length > LONGEST_LINE_BYTES / 4 && Buffer.byteLength(line) > LONGEST_LINE_BYTES) {
      throw ignoreFileUnreadable(file, `Line ${index + 1} is longer than 64 KiB.`);
    }
    const pattern = parseLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    if (pattern !== undefined) patterns.push(pattern);
  }
  return patterns;
}

function parseLine(line: string): string | undefined {
  if (line.startsWith('#')) return undefined;
  const trimmed = trimSpace(line);
  if (trimmed === '') return undefined;
  const isException = trimmed.startsWith('!');
  const text = isException ? trimSpace(trimmed.slice(1)) : trimmed;
  return `${isException ? '!' : ''}${text === '' ? '' : withoutRoot(cleanPath(text))}`;
}

/** `/some/path` and `some/path` mean the same. */
function withoutRoot(path: string): string {
  return path.length > 1 && path.startsWith('/') ? path.slice(1) : path;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw ignoreFileUnreadable(file, message, error);
  }
}
