import { mkdir, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { ImageDetails } from '../engine/engine.ts';
import { archiveNotWritten, releaseImageMissing } from '../errors/archive-failures.ts';
import { converge } from '../flow/converge.ts';
import { ownFolder } from '../flow/own-folder.ts';
import { ownVersion } from '../flow/own-version.ts';
import { type HistoryOptions, type RecordedRelease, readRelease } from '../flow/recorded-release.ts';
import { findReleaseImage, type ReleaseTag, tagOfRelease } from '../flow/release-image.ts';
import { withSiteLock } from '../flow/site-lock.ts';
import type { Tools } from '../flow/tools.ts';
import { withTools } from '../flow/with-tools.ts';
import { type Archive, addArchive, type FileArchive, readArchives } from '../manifests/archives.ts';
import type { ArchiveDestination } from './archive-destination.ts';
import { pushRelease } from './push-release.ts';
import { digestFile, writeArchive } from './write-archive.ts';

export interface ArchiveOptions extends HistoryOptions {
  /** Site version, or a record that `--force` moved aside: `1.4.0-replaced-0123456789ab`. */
  readonly release: string;
  /** Default: the folder `.de-build/archives` of the site. */
  readonly to?: ArchiveDestination;
  /** Replace another image that has the release's tag in the registry. Default: false. */
  readonly force?: boolean;
  /** Change nothing; see that the image is there and say where it would go. Default: false. */
  readonly dryRun?: boolean;
}

export interface ArchivedRelease {
  readonly dryRun: boolean;
  /** `acme/erp:1.4.0` */
  readonly reference: string;
  readonly imageId: string;
  /** A folder, or a name in a registry. */
  readonly to: string;
  /** `undefined` with `dryRun`. */
  readonly archive: Archive | undefined;
  /** Whether this very archive was there before; it was checked, and nothing was written. */
  readonly isOld: boolean;
  /** The list beside the manifest. */
  readonly recordedIn: string | undefined;
}

/** What a flow of archiving works with. */
export interface Archiving {
  readonly release: RecordedRelease;
  readonly tag: ReleaseTag;
  readonly image: ImageDetails;
  readonly known: readonly Archive[];
}

/**
 * Puts a copy of a release's image where it outlives the engine: into a compressed file, or a registry. Its digest is
 * recorded beside the manifest, and `restoreRelease` takes no other.
 * @throws DeBuildError `manifest-*`, `release-image-missing`, `archive-*`, `registry-*`, `engine-*`, `site-locked`, `lock-*`
 */
export function archiveRelease(options: ArchiveOptions): Promise<ArchivedRelease> {
  const { site, dryRun } = options;
  return withTools({ ...options, onEvent: () => undefined }, (tools) =>
    withSiteLock({ site, what: `archive ${options.release}`, dryRun }, tools, () => archive(options, tools)),
  );
}

async function archive(options: ArchiveOptions, tools: Tools): Promise<ArchivedRelease> {
  if (options.dryRun !== true) await converge(options.site, tools);
  const release = await readRelease(options.site, options.release);
  const known = await readArchives(release.records, options.release);
  const engine = await tools.engine();
  const tag = tagOfRelease(release.manifest, options.release);
  const image = await findReleaseImage(engine, release.manifest);
  if (image === undefined) throw releaseImageMissing(tag.reference, release.manifest.image.id);
  const archiving: Archiving = { release, tag, image, known };
  const { to } = options;
  const made =
    to?.kind === 'registry'
      ? await pushRelease(archiving, { ...options, repository: to.repository }, tools)
      : await saveRelease(archiving, { ...options, folder: to?.folder }, tools);
  const result = { dryRun: options.dryRun ?? false, reference: tag.reference, imageId: image.id };
  if (made.archive === undefined || made.isOld) return { ...result, ...made, recordedIn: undefined };
  const recordedIn = await addArchive(release.records, options.release, made.archive);
  return { ...result, ...made, recordedIn };
}

/** What became of the copy itself. */
export type MadeArchive = Pick<ArchivedRelease, 'to' | 'archive' | 'isOld'>;

async function saveRelease(
  archiving: Archiving,
  options: Omit<ArchiveOptions, 'to'> & { readonly folder: string | undefined },
  tools: Tools,
): Promise<MadeArchive> {
  const { release, tag, image, known } = archiving;
  const site = release.site;
  const folder = options.folder === undefined ? join(site, '.de-build', 'archives') : resolve(options.folder);
  if (options.dryRun === true) return { to: folder, archive: undefined, isOld: false };
  const old = await findWhole(known, { ...archiving, folder }, tools.signal);
  if (old !== undefined) return { to: folder, archive: old, isOld: true };
  try {
    if (options.folder === undefined) await ownFolder(site);
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw archiveNotWritten(folder, error);
  }
  const { path, ...written } = await writeArchive({
    images: (await tools.engine()).images,
    imageId: image.id,
    imageBytes: image.sizeBytes,
    folder,
    name: `${tag.image.replace(/[^A-Za-z0-9._-]+/g, '-')}_${tag.siteVersion}`,
    onProgress: options.onProgress ?? (() => undefined),
    signal: tools.signal,
  });
  const archive: FileArchive = {
    kind: 'file',
    path: recordedPath(site, path),
    ...written,
    compression: 'gzip',
    ...factsOf(archiving, tools),
  };
  return { to: folder, archive, isOld: false };
}

/** What every record of an archive says. */
export function factsOf({ release }: Archiving, tools: Tools) {
  return {
    imageId: release.manifest.image.id,
    createdAt: tools.now().toISOString(),
    deBuildVersion: ownVersion(),
  };
}

/** An archive of this image in this folder that is as it was recorded. */
async function findWhole(
  known: readonly Archive[],
  { release, folder }: { readonly release: RecordedRelease; readonly folder: string },
  signal: AbortSignal,
): Promise<FileArchive | undefined> {
  for (const archive of known) {
    if (archive.kind !== 'file' || archive.imageId !== release.manifest.image.id) continue;
    const path = pathOf(archive, release.site);
    if (resolve(path, '..') !== folder) continue;
    const size = await stat(path).then(
      (found) => found.size,
      () => undefined,
    );
    if (size === archive.sizeBytes && (await digestFile(path, signal)) === archive.sha256) return archive;
  }
  return undefined;
}

/** The absolute path of a recorded archive. */
export function pathOf({ path }: Pick<FileArchive, 'path'>, site: string): string {
  return resolve(site, path);
}

function recordedPath(site: string, path: string): string {
  const within = relative(site, path);
  return within.startsWith('..') || isAbsolute(within) ? path : within.split(sep).join('/');
}
