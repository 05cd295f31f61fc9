import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { posix } from 'node:path';
import { compareBytes } from './compare-bytes.ts';
import { compileGoMatch } from './go-match.ts';
import { cleanPath } from './go-path.ts';

/**
 * fsutil's `FollowLinks`: the paths, and the targets inside the context of symlinks along them, so that a COPY of a
 * symlink finds its target. Wildcards are followed where they match symlinks.
 * @returns include patterns, sorted; empty when a path is the root, which means no filter
 */
export function followPaths(root: string, paths: readonly string[]): readonly string[] {
  const resolved = new Set<string>();
  for (const path of paths) follow(root, insideRoot(path), resolved);
  const sorted = [...resolved].sort(compareBytes);
  return sorted.includes('.') ? [] : withoutCovered(sorted);
}

function follow(root: string, path: string, resolved: Set<string>): void {
  let current = '.';
  for (let rest = path; ; ) {
    const slash = rest.indexOf('/');
    const first = slash === -1 ? rest : rest.slice(0, slash);
    rest = slash === -1 ? '' : rest.slice(slash + 1);
    current = posix.join(current, first);
    const targets = readTargets(root, current);
    if (targets.length === 0 && rest !== '') continue;
    if (resolved.has(current)) return;
    resolved.add(current);
    for (const target of targets) follow(root, insideRoot(posix.join(target, rest)), resolved);
    return;
  }
}

/** The targets of the symlink, or of each symlink that the wildcard matches. */
function readTargets(root: string, path: string): readonly string[] {
  const base = posix.basename(path);
  if (!hasWildcard(base)) return readTarget(root, path);
  const matches = compileGoMatch(base);
  const folder = posix.dirname(path);
  return listNames(posix.join(root, folder))
    .filter((name) => matches(name) === true)
    .flatMap((name) => readTarget(root, posix.join(folder, name)));
}

function readTarget(root: string, path: string): readonly string[] {
  try {
    const source = posix.join(root, path);
    if (!lstatSync(source, { throwIfNoEntry: false })?.isSymbolicLink()) return [];
    const link = readlinkSync(source);
    return [link.startsWith('/') ? link : posix.join('/', posix.dirname(path), link)];
  } catch {
    return [];
  }
}

function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function hasWildcard(name: string): boolean {
  return /[*?[]/.test(name.replace(/\\./gs, ''));
}

/** A path out of the context stops at its root. */
function insideRoot(path: string): string {
  return cleanPath(`/${path}`).slice(1) || '.';
}

function withoutCovered(sorted: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (const path of sorted) {
    const last = kept.at(-1);
    if (last === undefined || !path.startsWith(`${last}/`)) kept.push(path);
  }
  return kept;
}
