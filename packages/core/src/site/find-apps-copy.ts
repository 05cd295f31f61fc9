import { posix } from 'node:path';
import type { CopiedApps } from '../errors/apps-input-findings.ts';
import { type Instruction, readJsonForm } from './containerfile-instructions.ts';
import { splitFlag } from './containerfile-mounts.ts';
import { parseShellPattern, trimPrefix } from './shell-pattern.ts';

/** A RUN, with the bodies of its heredocs. */
export interface RunText {
  readonly line: number;
  readonly text: string;
}

export interface CopyPlace {
  readonly fill: (word: string) => string;
  /** The list of apps, relative to the context. */
  readonly file: string;
  /** What WORKDIR is there. */
  readonly folder: string;
  readonly runs: readonly RunText[];
}

/** What a COPY or ADD takes of the context, when the list of apps is in it. */
export function findAppsCopy(
  instruction: Instruction,
  { fill, file, folder, runs }: CopyPlace,
): Omit<CopiedApps, 'hasCacheBust'> | undefined {
  const { name, line, flags, rest } = instruction;
  const isFromStage = flags.some((flag) => splitFlag(flag).name === 'from');
  if ((name !== 'COPY' && name !== 'ADD') || isFromStage || rest.startsWith('<<')) return undefined;
  const list = readJsonForm(rest);
  const words = [...(list ?? rest.split(/[\t\v\f\r ]+/))];
  const destination = fill(words.pop() ?? '');
  const at = posix.resolve(folder, destination);
  const isFolder = destination.endsWith('/') || words.length > 1;
  const later = runs.filter((run) => run.line > line);
  const isUsed = (path: string) => later.some(({ text }) => text.includes(path));
  for (const word of words) {
    const source = fill(word);
    const inner = pathWithin(source, file);
    const isWhole = inner !== undefined && inner !== '';
    if (!isWhole && !isAppsSource(source, file)) continue;
    const within = posix.join(at, inner || posix.basename(/[*?[]/.test(source) ? file : source));
    if (isWhole && !isUsed(within)) continue;
    const target = isFolder || isUsed(within) ? within : at;
    const others = words.filter((other) => other !== word);
    const kept = [...others, ...(isWhole ? [word] : []), destination];
    return {
      kind: 'copied',
      line,
      written: word,
      target,
      runLines: linesThatUse(target, later),
      kept:
        kept.length === 1
          ? undefined
          : [name, ...flags, list === undefined ? kept.join(' ') : JSON.stringify(kept)].join(' '),
    };
  }
  return undefined;
}

/** Whether a COPY takes the list of apps: the site's own, or any file of the usual name. */
export function isAppsSource(source: string, file: string): boolean {
  if (/^[a-z]+:\/\/|^git@/i.test(source))
    return posix.basename(source.replace(/[?#].*$/, '')) === 'apps.json';
  const path = plainPath(source);
  if (path === file || posix.basename(path) === 'apps.json') return true;
  if (!/[*?[]/.test(path) || /^[*?]+$/.test(path)) return false;
  const pattern = parseShellPattern(path.replace(/\[[^\]]*\]/g, '?'));
  const isAsDeep = path.split('/').length === file.split('/').length;
  return pattern !== undefined && isAsDeep && trimPrefix(file, pattern, true) === '';
}

/** Where the file is in a folder; `undefined` where it is not. */
function pathWithin(source: string, file: string): string | undefined {
  const path = plainPath(source);
  if (path === '.' || path === '*') return file;
  return file.startsWith(`${path}/`) ? file.slice(path.length + 1) : undefined;
}

/** Relative to the context; a leading slash is the context too. */
function plainPath(source: string): string {
  const path = posix
    .normalize(source)
    .replace(/^(?:\/|\.\.\/)+/, '')
    .replace(/\/+$/, '');
  return path === '' ? '.' : path;
}

/** The RUN lines that name the file; else those that name one of its name; else those that run bench. */
function linesThatUse(target: string, runs: readonly RunText[]): readonly number[] {
  const signs = [
    (text: string) => text.includes(target),
    (text: string) => text.includes(posix.basename(target)),
    (text: string) => /--apps_path|\bbench\s+(?:init|get-app|get)\b/.test(text),
  ];
  for (const isUse of signs) {
    const lines = runs.filter(({ text }) => isUse(text)).map(({ line }) => line);
    if (lines.length > 0) return lines;
  }
  return [];
}
