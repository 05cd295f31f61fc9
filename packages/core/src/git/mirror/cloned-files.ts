import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { VirtualFile } from '../../disk/virtual-file.ts';
import type { PinnedSource } from './mirror.ts';
import { repositoryFolderName } from './mirror-repository.ts';
import { bareRepository, refOf } from './source-files.ts';

/** A commit that a build clones by the URL of its repository. */
export interface ClonedSource {
  readonly source: PinnedSource;
  /** It is what the repository's default branch points at. */
  readonly isDefault: boolean;
}

/** Bare repositories by the URL that they are cloned from. */
export interface ClonedFiles {
  readonly files: readonly VirtualFile[];
  /** Of the repository of a source. */
  folderOf(source: PinnedSource): string;
}

/**
 * Arranges pinned sources as bare repositories, one for each URL. A repository has the planned branches and tags; where its
 * default branch is not planned, a clone that names no ref fails at its checkout, with a message that says so.
 * @param keyOf the same for two URLs of one repository
 */
export function arrangeCloned(sources: readonly ClonedSource[], keyOf: (url: string) => string): ClonedFiles {
  const groups = new Map<string, ClonedSource[]>();
  for (const each of sources) {
    const key = keyOf(each.source.url);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const nameOf = (key: string) => repositoryFolderName(`https://${key}`);
  return {
    files: [...groups].flatMap(([key, group]) => filesOf(nameOf(key), group)),
    folderOf: ({ url }) => nameOf(keyOf(url)),
  };
}

function filesOf(path: string, group: readonly ClonedSource[]): VirtualFile[] {
  const { source: first } = group[0] ?? {};
  if (first === undefined) return [];
  const refs = new Map(group.map(({ source }) => [refOf(source), source]));
  const head = group.find(({ isDefault }) => isDefault)?.source;
  const refusal = refuseDefaultBranch(first.commit.length === 64 ? 'sha256' : 'sha1');
  return [
    ...bareRepository(path, {
      head: head === undefined ? refusal.commit : `ref: ${refOf(head)}`,
      refs,
      sources: group.map(({ source }) => source),
    }),
    ...(head === undefined
      ? refusal.objects.map(({ id, content }) => ({
          path: `${path}/objects/${id.slice(0, 2)}/${id.slice(2)}`,
          content,
        }))
      : []),
  ];
}

/** No file system of Linux has names of more than 255 bytes, and git ends with the name that it can't write. */
const REFUSAL =
  'The plan of this release has other branches or tags of this repository, but not its default branch '.padEnd(
    256,
    '.',
  );

interface GitObject {
  readonly id: string;
  readonly content: Uint8Array;
}

/** A commit that can be fetched, and not checked out. */
function refuseDefaultBranch(algorithm: 'sha1' | 'sha256'): {
  readonly commit: string;
  readonly objects: readonly GitObject[];
} {
  const object = (type: string, body: Buffer): GitObject => {
    const bytes = Buffer.concat([Buffer.from(`${type} ${body.length}\0`), body]);
    // Stored, not compressed: the same bytes with every version of zlib.
    return {
      id: createHash(algorithm).update(bytes).digest('hex'),
      content: deflateSync(bytes, { level: 0 }),
    };
  };
  const blob = object('blob', Buffer.alloc(0));
  const entry = [Buffer.from(`100644 ${REFUSAL}\0`), Buffer.from(blob.id, 'hex')];
  const tree = object('tree', Buffer.concat(entry));
  const person = 'de-build <de-build@sources.invalid> 0 +0000';
  const text = `tree ${tree.id}\nauthor ${person}\ncommitter ${person}\n\nRefuse the default branch\n`;
  const commit = object('commit', Buffer.from(text));
  return { commit: commit.id, objects: [blob, tree, commit] };
}
