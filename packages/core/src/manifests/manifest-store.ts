import { readdir, readFile, rename, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ifMissing } from '../disk/if-missing.ts';
import { makeFolders } from '../disk/make-folders.ts';
import { createWhole, writeWhole } from '../disk/write-whole.ts';
import type { Finding } from '../errors/finding.ts';
import {
  manifestExists,
  manifestFolderUnreadable,
  manifestNotFound,
  manifestNotWritten,
  manifestUnreadable,
} from '../errors/manifest-failures.ts';
import { parseRecorded, type SchemeName, sortVersions } from '../version/schemes.ts';
import { isCompanion, moveCompanions } from './companion.ts';
import type { Manifest } from './manifest.ts';
import { type ManifestFile, parseManifest, readManifestFile } from './read-manifest-file.ts';

export interface Manifests {
  /** By version, newest first. */
  readonly manifests: readonly Manifest[];
  /** Records that could not be read; they never hide the others. */
  readonly problems: readonly Finding[];
}

/** After this many files the event loop gets a turn: Ctrl-C, a redraw. */
const FILES_AT_ONCE = 500;

/**
 * All records of a folder; none when the folder does not exist. Files that are not named after a version are ignored, and
 * so are records that `--force` moved aside.
 * @throws DeBuildError `manifest-folder-unreadable`
 */
export async function readManifests(folder: string, scheme: SchemeName = 'semver'): Promise<Manifests> {
  return readEach(folder, await listVersions(folder, scheme));
}

/**
 * The same with the records that `--force` moved aside, in no particular order.
 * @throws DeBuildError `manifest-folder-unreadable`
 */
export async function readAllManifests(folder: string): Promise<Manifests> {
  return readEach(folder, await listRecords(folder));
}

async function readEach(folder: string, names: readonly string[]): Promise<Manifests> {
  const manifests: Manifest[] = [];
  const problems: Finding[] = [];
  for (const [index, name] of names.entries()) {
    if (index % FILES_AT_ONCE === FILES_AT_ONCE - 1) await setImmediate();
    const version = name.replace(REPLACED, '');
    const { manifest, problem } = readManifestFile({ ...fileOf(folder, name), version });
    if (problem === undefined) manifests.push(manifest);
    else problems.push(problem);
  }
  return { manifests, problems };
}

/**
 * One record. `version` may also name one that `--force` moved aside: `1.4.0-replaced-0123456789ab`.
 * @throws DeBuildError `manifest-not-found`, `manifest-unreadable`, `manifest-folder-unreadable`
 */
export async function readManifest(
  folder: string,
  version: string,
  scheme: SchemeName = 'semver',
): Promise<Manifest> {
  const names = await listRecords(folder);
  if (!names.includes(version)) throw manifestNotFound(version, await listVersions(folder, scheme));
  const { manifest, problem } = readManifestFile({
    ...fileOf(folder, version),
    version: version.replace(REPLACED, ''),
  });
  if (problem !== undefined) throw manifestUnreadable(problem);
  return manifest;
}

/**
 * The recorded versions, newest first, by file name only.
 * @throws DeBuildError `manifest-folder-unreadable`
 */
export async function listVersions(
  folder: string,
  scheme: SchemeName = 'semver',
): Promise<readonly string[]> {
  const names = await listRecords(folder);
  return sortVersions(
    names.filter((name) => !REPLACED.test(name)),
    scheme,
  ).toReversed();
}

/** A record to write; `text` is made by `recordText`. */
export interface RecordWriting {
  readonly version: string;
  readonly text: string;
  /** The version is released again: its record is moved aside and stays readable. */
  readonly isReplacing: boolean;
}

/**
 * Records a release in `<folder>/<version>.json`: whole or not at all, and never over another record. A writing that was
 * interrupted is continued.
 * @returns the file's path
 * @throws DeBuildError `manifest-exists`, `manifest-not-written`
 */
export async function writeRecord(folder: string, record: RecordWriting): Promise<string> {
  const { path } = fileOf(folder, record.version);
  try {
    await makeFolders(folder);
    if ((await createWhole(path, record.text)) === 'created') return path;
    if (record.isReplacing) {
      await replaceRecord(folder, record);
      return path;
    }
  } catch (error) {
    throw manifestNotWritten(path, error);
  }
  throw manifestExists(path, record.version);
}

async function replaceRecord(folder: string, { version, text }: RecordWriting): Promise<void> {
  const undo = await moveAside(folder, version);
  try {
    await writeWhole(fileOf(folder, version).path, text);
  } catch (error) {
    await undo().catch(() => {});
    throw error;
  }
}

/**
 * Undoes a replacement that stopped after moving the old record aside: both names then have the same text.
 * @throws the file system's own error
 */
export async function undoMoveAside(folder: string, version: string): Promise<void> {
  const text = await readRecordText(folder, version);
  if (text === undefined) return;
  for (const name of await listRecords(folder)) {
    if (!name.startsWith(`${version}-replaced-`) || (await readRecordText(folder, name)) !== text) continue;
    await moveCompanions(folder, name, version);
    await unlink(fileOf(folder, name).path);
  }
}

/** The text of a record, without parsing it; `undefined` when it does not exist. */
export function readRecordText(folder: string, name: string): Promise<string | undefined> {
  return ifMissing(readFile(fileOf(folder, name).path, 'utf8'), undefined);
}

const REPLACED = /-replaced-[0-9a-z-]+$/;

/** Copies a record to a name like the tag that its image keeps, and moves its companions. Returns how to undo it. */
async function moveAside(folder: string, version: string): Promise<() => Promise<void>> {
  const file = fileOf(folder, version);
  const text = await readFile(file.path, 'utf8');
  const id = parseManifest(text, file).manifest?.image.id.replace(/^.*:/, '').slice(0, 12) ?? 'broken';
  for (let number = 1; ; number++) {
    const name = `${version}-replaced-${id}${number === 1 ? '' : `-${number}`}`;
    const aside = fileOf(folder, name).path;
    const isNew = (await createWhole(aside, text)) === 'created';
    if (!isNew && (await readRecordText(folder, name)) !== text) continue;
    await moveCompanions(folder, version, name);
    return async () => {
      await moveCompanions(folder, name, version);
      // The new record may exist already, when only the sync of its folder failed.
      if (isNew) await rename(aside, file.path);
      else await writeWhole(file.path, text);
    };
  }
}

/**
 * The names of records without `.json`, in no particular order; also those that `--force` moved aside.
 * @throws DeBuildError `manifest-folder-unreadable`
 */
export async function listRecords(folder: string): Promise<readonly string[]> {
  const files = await ifMissing(readdir(folder), []).catch((error: unknown) => {
    throw manifestFolderUnreadable(folder, error);
  });
  return files
    .filter((file) => file.endsWith('.json') && !isCompanion(file))
    .map((file) => file.slice(0, -'.json'.length))
    .filter((name) => parseRecorded(name.replace(REPLACED, ''), 'semver') !== undefined);
}

function fileOf(folder: string, version: string): ManifestFile {
  const name = `${version}.json`;
  return { path: join(folder, name), label: `${basename(folder)}/${name}`, version };
}
