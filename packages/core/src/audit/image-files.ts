import type { Readable } from 'node:stream';
import { digestFolder, type ImageTree, readImageTree, type TakeNote } from './image-tree.ts';
import { type ImagePackages, notePackages, type PackageNote, packagesOf } from './packages.ts';
import { noteTimeless, type TimelessNote, withoutTimes } from './timeless.ts';

/** What is derived from all files of an image. */
export interface ImageFiles extends TreeDigests {
  /** The same of each app's folder, by the name that bench gives the app. */
  readonly apps: ReadonlyMap<string, TreeDigests>;
  readonly packages: ImagePackages;
}

export interface TreeDigests {
  /** `sha256:…` over names, modes, owners and contents. */
  readonly treeDigest: string;
  /** The same without the times within files. */
  readonly timelessDigest: string;
}

/** The same with the trees that it is derived from. */
export interface ReadFiles {
  readonly files: ImageFiles;
  readonly tree: Pick<ImageTree, 'entries' | 'digest'>;
  readonly timeless: Pick<ImageTree, 'entries' | 'digest'>;
}

/**
 * Reads all files of an image once, while it streams out of the engine.
 * @throws DeBuildError `image-files-unreadable`; what the stream fails with
 */
export async function readImageFiles(
  image: string,
  from: {
    /** What `Images.save` gives. */
    readonly saved: Readable;
    /** Names that bench gives its apps. */
    readonly apps: Iterable<string>;
    /** Absolute path in the image. */
    readonly benchFolder: string;
  },
): Promise<ReadFiles> {
  return filesOf(await readImageTree(image, from.saved, noteFiles), from);
}

/** From a tree that was read with `noteFiles`. */
export function filesOf(
  tree: ImageTree<FileNote>,
  from: { readonly apps: Iterable<string>; readonly benchFolder: string },
): ReadFiles {
  const timeless = withoutTimes(tree);
  const apps = [...from.apps].flatMap((name) => {
    const folder = `${from.benchFolder}/apps/${name}`;
    const treeDigest = digestFolder(tree, folder);
    const timelessDigest = digestFolder(timeless, folder);
    if (treeDigest === undefined || timelessDigest === undefined) return [];
    return [[name, { treeDigest, timelessDigest }] as const];
  });
  const packages = packagesOf({ notes: packageNotes(tree) });
  const digests = { treeDigest: tree.digest, timelessDigest: timeless.digest };
  return { files: { ...digests, apps: new Map(apps), packages }, tree, timeless };
}

export type FileNote = PackageNote | TimelessNote;

/** For `readImageTree`: notes what `filesOf` needs. */
export const noteFiles: TakeNote<FileNote> = (path, size) =>
  notePackages(path, size) ?? noteTimeless(path, size);

function packageNotes({ notes }: Pick<ImageTree<FileNote>, 'notes'>): ReadonlyMap<string, PackageNote> {
  const ofPackages = [...notes].filter((note): note is [string, PackageNote] => !('timeless' in note[1]));
  return new Map(ofPackages);
}
