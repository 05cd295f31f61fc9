import { open, readdir } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { type Instruction, parseInstructions, readJsonForm } from './containerfile-instructions.ts';
import { splitFlag } from './containerfile-mounts.ts';

/** A script that a COPY or an ADD takes, with Windows line endings. */
export interface CrlfScript {
  /** Relative to the context. */
  readonly path: string;
  /** 1-based, of the instruction. */
  readonly line: number;
}

/** 1-based line of the first heredoc with carriage returns: the shell gets them as part of its commands. */
export function findCrlfHeredoc(text: string): number | undefined {
  const lines = text.split('\n');
  return parseInstructions(text).list.find(
    ({ rest, line, lastLine }) =>
      rest.includes('<<') && lines.slice(line, lastLine - 1).some((one) => one.endsWith('\r')),
  )?.line;
}

/** How many files are looked at. */
const MOST_FILES = 500;
const SKIPPED = new Set(['.git', 'node_modules', '.de-build']);

/** @param context absolute path of the build context */
export async function findCrlfScripts(text: string, context: string): Promise<readonly CrlfScript[]> {
  const found = new Map<string, CrlfScript>();
  let left = MOST_FILES;
  for (const instruction of parseInstructions(text).list) {
    for (const source of sourcesOf(instruction)) {
      for await (const path of filesOf(context, source)) {
        if (left-- <= 0) return [...found.values()];
        if (!found.has(path) && (await isCrlfScript(join(context, path))))
          found.set(path, { path, line: instruction.line });
      }
    }
  }
  return [...found.values()];
}

/** Of the context, as far as they are written out. */
function sourcesOf({ name, flags, rest }: Instruction): readonly string[] {
  const isOfContext = !flags.map(splitFlag).some((flag) => flag.name === 'from');
  if ((name !== 'COPY' && name !== 'ADD') || !isOfContext) return [];
  const words = readJsonForm(rest) ?? rest.trim().split(/\s+/);
  return words
    .slice(0, -1)
    .filter((word) => !/^(?:<<|\w+:\/\/)|\$/.test(word))
    .map((word) => posix.join('/', word).slice(1))
    .filter((path) => path !== '');
}

/** A file, the files below a folder, or those that a pattern in the last part of a path matches. */
async function* filesOf(context: string, path: string): AsyncGenerator<string> {
  if (/[*?[\]]/.test(path)) {
    const folder = dirname(path);
    if (/[*?[\]]/.test(folder)) return;
    const pattern = new RegExp(
      `^${posix
        .basename(path)
        .replace(/[.+^${}()|\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
    );
    for (const name of await namesIn(join(context, folder)))
      if (pattern.test(name)) yield posix.join(folder, name);
    return;
  }
  const names = await namesIn(join(context, path));
  if (names.length === 0) yield path;
  for (const name of names) if (!SKIPPED.has(name)) yield* filesOf(context, posix.join(path, name));
}

function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

async function isCrlfScript(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return false;
  try {
    if (!(await file.stat()).isFile()) return false;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0);
    return /^#![^\n]*\r\n/.test(buffer.toString('latin1', 0, bytesRead));
  } finally {
    await file.close();
  }
}
