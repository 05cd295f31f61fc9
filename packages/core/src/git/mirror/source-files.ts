import { join } from 'node:path';
import type { VirtualFile } from '../../disk/virtual-file.ts';
import type { PinnedSource } from './mirror.ts';

/** The folder that a build clones its apps from. */
export interface SourceFiles {
  readonly files: readonly VirtualFile[];
  /** Where the source's repository is in it, as upstream names it: `<commit>/frappe/erpnext`. */
  pathOf(source: PinnedSource): string;
}

interface Repository {
  readonly path: string;
  readonly source: PinnedSource;
  readonly refs: Map<string, PinnedSource>;
}

/**
 * Arranges pinned sources as bare repositories, one for each commit, in which the name that the app calls its commit by is
 * the only one. The same commits give the same files, byte for byte.
 */
export function arrangeSources(sources: readonly PinnedSource[]): SourceFiles {
  const repositories = new Map<string, Repository>();
  const paths = new Map<PinnedSource, string>();
  for (const source of sources) {
    const path = choosePath(source, repositories);
    const repository = repositories.get(keyOf(path)) ?? { path: keyOf(path), source, refs: new Map() };
    repository.refs.set(refOf(source), source);
    repositories.set(keyOf(path), repository);
    paths.set(source, path);
  }
  return {
    files: [...repositories.values()].flatMap(filesOf),
    pathOf(source) {
      const path = paths.get(source);
      if (path === undefined) throw new Error(`${source.url} is not a source of this build`);
      return path;
    },
  };
}

/** Two hosts may have repositories of one name with the same commit: the second one's path has its host, too. */
function choosePath(
  { url, commit, repository }: PinnedSource,
  taken: ReadonlyMap<string, Repository>,
): string {
  const { host, pathname } = new URL(url);
  const name = pathname.replace(/\/{2,}/g, '/').replace(/\/$/, '');
  const path = `${commit}${name}`;
  const other = taken.get(keyOf(path));
  return other === undefined || other.source.repository === repository
    ? path
    : `${commit}/${host.replace(/[^A-Za-z0-9.-]/g, '-')}${name}`;
}

/** git finds `NAME.git` by both spellings, and decodes the URL. */
function keyOf(path: string): string {
  return `${decoded(path).replace(/\.git$/, '')}.git`;
}

function refOf({ kind, ref }: PinnedSource): string {
  return `${kind === 'branch' ? 'refs/heads/' : 'refs/tags/'}${ref}`;
}

function filesOf({ path, source, refs }: Repository): VirtualFile[] {
  const { repository, commit, packs } = source;
  const packFiles = packs.flatMap((pack) => [`${pack}.idx`, `${pack}.pack`]);
  const head = source.kind === 'branch' ? `ref: ${refOf(source)}\n` : `${commit}\n`;
  return [
    { path: `${path}/HEAD`, content: head },
    { path: `${path}/config`, content: configFor(commit) },
    { path: `${path}/packed-refs`, content: packedRefs(refs) },
    { path: `${path}/shallow`, content: `${commit}\n` },
    // git takes a folder without refs/ for no repository.
    { path: `${path}/refs/.keep`, content: '' },
    ...packFiles.map((name) => ({
      path: `${path}/objects/pack/${name}`,
      file: join(repository, 'objects', 'pack', name),
    })),
  ];
}

/** Commits of 64 digits are SHA-256, which git takes for an extension (git-config(1)). */
function configFor(commit: string): string {
  return commit.length === 64
    ? '[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n'
    : '[core]\n\trepositoryformatversion = 0\n\tbare = true\n';
}

function packedRefs(refs: ReadonlyMap<string, PinnedSource>): string {
  const lines = [...refs]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([ref, { commit, tagObject }]) =>
      tagObject === undefined ? `${commit} ${ref}\n` : `${tagObject} ${ref}\n^${commit}\n`,
    );
  return `# pack-refs with: peeled fully-peeled sorted \n${lines.join('')}`;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
