import { mkdir, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import semver from 'semver';
import { createWhole, writeWhole } from '../disk/write-whole.ts';
import type { Finding } from '../errors/finding.ts';
import {
  manifestExists,
  manifestFolderUnreadable,
  manifestNotFound,
  manifestNotWritten,
  manifestUnreadable,
} from '../errors/manifest-failures.ts';
import { createRedactor, type Redactor } from '../secrets/redactor.ts';
import { isCompanion, moveCompanions } from './companion.ts';
import type { Manifest } from './manifest.ts';
import { formatManifest } from './manifest-text.ts';
import { type ManifestFile, readManifestFile, understandManifest } from './read-manifest-file.ts';

export interface Manifests {
  /** By version, newest first. */
  readonly manifests: readonly Manifest[];
  /** Records that could not be read, in the order of their versions; they never hide the others. */
  readonly problems: readonly Finding[];
}

/** After so many files, others get a turn: Ctrl-C, a redraw. */
const FILES_AT_ONCE = 500;

/**
 * All records of a folder; none when there is no such folder. Files that are not named after a version
 * are passed over, and so are records that `--force` moved aside.
 * @throws DeBuildError `manifest-folder-unreadable`
 */
export async function readManifests(folder: string): Promise<Manifests> {
  return readEach(folder, await listVersions(folder));
}

/**
 * The same with the records that `--force` moved aside, in no order.
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
export async function readManifest(folder: string, version: string): Promise<Manifest> {
  const names = await listRecords(folder);
  if (!names.includes(version)) throw manifestNotFound(version, await listVersions(folder));
  const { manifest, problem } = readManifestFile({
    ...fileOf(folder, version),
    version: version.replace(REPLACED, ''),
  });
  if (problem !== undefined) throw manifestUnreadable(problem);
  return manifest;
}

/**
 * The recorded versions, newest first, by the names of their files alone.
 * @throws DeBuildError `manifest-folder-unreadable`
 */
export async function listVersions(folder: string): Promise<readonly string[]> {
  return (await listRecords(folder))
    .filter((name) => !REPLACED.test(name))
    .map((name) => new semver.SemVer(name))
    .sort((a, b) => b.compare(a))
    .map(({ version }) => version);
}

export interface WriteManifestOptions {
  /** The version is released once more: the record it has is moved aside and stays readable. Default: false. */
  readonly isReplacing?: boolean;
  /** Takes out what must not be recorded. Token-shaped texts are taken out in any case. */
  readonly redactor?: Redactor;
}

/**
 * Records a release in `<folder>/<version>.json`: whole or not at all, and never over another record.
 * @returns the file's path
 * @throws DeBuildError `manifest-exists`, `manifest-not-written`
 */
export async function writeManifest(
  folder: string,
  manifest: Manifest,
  { redactor, isReplacing = false }: WriteManifestOptions = {},
): Promise<string> {
  return writeRecord(folder, {
    version: manifest.siteVersion,
    text: recordText(manifest, redactor),
    isReplacing,
  });
}

/** A manifest as it is recorded. */
export function recordText(manifest: Manifest, redactor: Redactor = createRedactor()): string {
  return formatManifest(redactor.redactValue(manifest));
}

/** A record by its text: what `recordText` gave. */
export interface RecordWriting {
  readonly version: string;
  readonly text: string;
  readonly isReplacing: boolean;
}

/**
 * Like `writeManifest`. Where it was cut off before, it goes on from there.
 * @throws DeBuildError `manifest-exists`, `manifest-not-written`
 */
export async function writeRecord(
  folder: string,
  { version, text, isReplacing }: RecordWriting,
): Promise<string> {
  const { path } = fileOf(folder, version);
  const outcome = await attempt(path, async () => {
    await mkdir(folder, { recursive: true });
    const created = await createWhole(path, text);
    if (created === 'created' || !isReplacing) return created;
    const moved = await moveAside(folder, version);
    try {
      await writeWhole(path, text);
    } catch (error) {
      await moved.undo().catch(() => {});
      throw error;
    }
    return 'created';
  });
  if (outcome === 'exists') throw manifestExists(path, version);
  return path;
}

/**
 * Undoes a replacement that got no further than moving the old record aside: it is there twice then.
 * @throws the file system's own error
 */
export async function takeRecordBack(folder: string, version: string): Promise<void> {
  const text = await textOf(fileOf(folder, version).path);
  for (const name of await listRecords(folder)) {
    if (text === undefined || !name.startsWith(`${version}-replaced-`)) continue;
    const aside = join(folder, `${name}.json`);
    if ((await textOf(aside)) !== text) continue;
    await moveCompanions(folder, name, version);
    await unlink(aside);
  }
}

/** What is recorded of a version, unread; `undefined` when nothing is. */
export function readRecordText(folder: string, version: string): Promise<string | undefined> {
  return textOf(fileOf(folder, version).path);
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const REPLACED = /-replaced-[0-9a-z-]+$/;

/** Copies the record of a version to a name of its own, like the tag that its image keeps; its companions go along. */
async function moveAside(folder: string, version: string): Promise<{ undo(): Promise<void> }> {
  const file = fileOf(folder, version);
  const text = await readFile(file.path, 'utf8');
  const id = understandManifest(text, file).manifest?.image.id.replace(/^.*:/, '').slice(0, 12) ?? 'broken';
  for (let number = 1; ; number++) {
    const aside = join(folder, `${version}-replaced-${id}${number === 1 ? '' : `-${number}`}.json`);
    const isNew = (await createWhole(aside, text)) === 'created';
    if (!isNew && (await readFile(aside, 'utf8')) !== text) continue;
    const name = basename(aside, '.json');
    await moveCompanions(folder, version, name);
    return {
      async undo() {
        await moveCompanions(folder, name, version);
        // The new record may stand there, when only its folder could not be synced.
        if (isNew) await rename(aside, file.path);
        else await writeWhole(file.path, text);
      },
    };
  }
}

async function attempt<Result>(path: string, body: () => Promise<Result>): Promise<Result> {
  try {
    return await body();
  } catch (error) {
    throw manifestNotWritten(path, error);
  }
}

/**
 * The names of records without `.json`, in no order; also of those that `--force` moved aside.
 * @throws DeBuildError `manifest-folder-unreadable`
 */
export async function listRecords(folder: string): Promise<readonly string[]> {
  let files: string[];
  try {
    files = await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw manifestFolderUnreadable(folder, error);
  }
  return files
    .filter((file) => file.endsWith('.json') && !isCompanion(file))
    .map((file) => file.slice(0, -'.json'.length))
    .filter((name) => semver.parse(name)?.version === name);
}

function fileOf(folder: string, version: string): ManifestFile {
  const name = `${version}.json`;
  return { path: join(folder, name), label: `${basename(folder)}/${name}`, version };
}
