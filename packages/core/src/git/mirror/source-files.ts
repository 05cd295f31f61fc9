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

export function refOf({ kind, ref }: Pick<PinnedSource, 'kind' | 'ref'>): string {
  return `${kind === 'branch' ? 'refs/heads/' : 'refs/tags/'}${ref}`;
}

function filesOf({ path, source, refs }: Repository): VirtualFile[] {
  const head = source.kind === 'branch' ? `ref: ${refOf(source)}` : source.commit;
  return bareRepository(path, { head, refs, sources: [source] });
}

export interface BareRepository {
  /** The content of HEAD. */
  readonly head: string;
  /** By their whole names. */
  readonly refs: ReadonlyMap<string, Pick<PinnedSource, 'commit' | 'tagObject'>>;
  /** What holds its commits. */
  readonly sources: readonly Pick<PinnedSource, 'commit' | 'repository' | 'packs'>[];
}

export function bareRepository(path: string, { head, refs, sources }: BareRepository): VirtualFile[] {
  const commits = [...new Set(sources.map(({ commit }) => commit))].sort();
  const packs = new Map(
    sources.flatMap(({ repository, packs: names }) =>
      names.flatMap((name) => [`${name}.idx`, `${name}.pack`]).map((name) => [name, repository] as const),
    ),
  );
  return [
    { path: `${path}/HEAD`, content: `${head}\n` },
    { path: `${path}/config`, content: configFor(commits[0] ?? '') },
    { path: `${path}/packed-refs`, content: packedRefs(refs) },
    { path: `${path}/shallow`, content: commits.map((commit) => `${commit}\n`).join('') },
    // git takes a folder without refs/ for no repository.
    { path: `${path}/refs/.keep`, content: '' },
    ...[...packs].map(([name, repository]) => ({
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

function packedRefs(refs: BareRepository['refs']): string {
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
