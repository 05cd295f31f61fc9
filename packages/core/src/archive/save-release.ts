import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { makeFolders } from '../disk/make-folders.ts';
import { archiveFolderMissing, archiveNotWritten } from '../errors/archive-failures.ts';
import type { RecordedRelease } from '../flow/recorded-release.ts';
import type { Tools } from '../flow/tools.ts';
import { type Archive, type FileArchive, pathOfArchive } from '../manifests/archives.ts';
import { measureProgress } from '../progress/progress.ts';
import { type ArchiveSource, archiveFacts, type MadeArchive } from './archive-source.ts';
import { digestFile, writeArchive } from './write-archive.ts';

/** Saves a release's image into a file. */
export async function saveRelease(
  { release, tag, image, known }: ArchiveSource,
  {
    folder: asked,
    mkdir,
    dryRun,
  }: { readonly folder: string | undefined; readonly mkdir: boolean; readonly dryRun: boolean },
  tools: Tools,
): Promise<MadeArchive> {
  const { site } = release;
  const folder = asked === undefined ? site.own.archives : resolve(asked);
  // The disk that it is on may not be mounted.
  if (asked !== undefined && !mkdir && (await isMissing(folder))) throw archiveFolderMissing(folder);
  if (dryRun) return { to: folder, archive: undefined, alreadyArchived: false };
  const old = await findIntact(known, { release, folder }, tools.signal);
  if (old !== undefined) return { to: folder, archive: old, alreadyArchived: true };
  try {
    if (asked === undefined) await site.own.make();
    await makeFolders(folder);
  } catch (error) {
    throw archiveNotWritten(folder, error);
  }
  const name = `${tag.image.replace(/[^A-Za-z0-9._-]+/g, '-')}_${tag.siteVersion}`;
  const work = {
    id: `save ${image.id}`,
    title: `Saving ${name}`,
    unit: 'bytes',
    total: image.sizeBytes,
  } as const;
  const { path, ...written } = await writeArchive({
    images: (await tools.engine()).images,
    imageId: image.id,
    folder,
    name,
    meter: measureProgress(work, tools.emit),
    signal: tools.signal,
  });
  const archive: FileArchive = {
    kind: 'file',
    path: recordedPath(site.folder, path),
    ...written,
    compression: 'gzip',
    ...archiveFacts(release.manifest, tools),
  };
  return { to: folder, archive, alreadyArchived: false };
}

function isMissing(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => false,
    ({ code }: NodeJS.ErrnoException) => code === 'ENOENT',
  );
}

/** An archive of this image in this folder that agrees with its record. */
async function findIntact(
  known: readonly Archive[],
  { release, folder }: { readonly release: RecordedRelease; readonly folder: string },
  signal: AbortSignal,
): Promise<FileArchive | undefined> {
  for (const archive of known) {
    if (archive.kind !== 'file' || archive.imageId !== release.manifest.image.id) continue;
    const path = pathOfArchive(archive, release.site.folder);
    if (dirname(path) !== folder) continue;
    const size = await stat(path).then(
      (found) => found.size,
      () => undefined,
    );
    if (size === archive.sizeBytes && (await digestFile(path, signal)) === archive.sha256) return archive;
  }
  return undefined;
}

function recordedPath(site: string, path: string): string {
  const within = relative(site, path);
  return within.startsWith('..') || isAbsolute(within) ? path : within.split(sep).join('/');
}
