import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { makeFolders } from '../disk/make-folders.ts';
import { writeWhole } from '../disk/write-whole.ts';
import { backupNotWritten } from '../errors/backup-failures.ts';
import type { Tools } from '../flow/tools.ts';
import type { Bench } from '../frappe/bench/bench.ts';
import { saveDump } from '../frappe/bench/save-dump.ts';
import { saveFiles } from '../frappe/bench/save-files.ts';
import type { SavedFile, SaveOptions } from '../frappe/bench/save-stream.ts';
import type { BackedUpSite } from '../manifests/backup-manifest.ts';
import { parseJson } from '../parse-json.ts';
import { measureProgress } from '../progress/progress.ts';
import { Secret } from '../secrets/secret.ts';
import { hasSensitiveName } from '../site/sensitive-key.ts';

export interface SiteToBackUp {
  readonly bench: Bench;
  readonly site: string;
  /** Of the backup; the site gets a folder in it. */
  readonly folder: string;
  readonly withFiles: boolean;
}

/**
 * Saves a site: its database, site_config.json with the encryption key, and its uploaded files. Every file has mode 0600, and
 * exists only if it is complete; one of a run that died is replaced.
 * @throws DeBuildError `dump-incomplete`, `files-incomplete`, `backup-not-written`, `bench-tool-failed`, `engine-*`
 */
export function backUpSite(
  request: SiteToBackUp,
  tools: Pick<Tools, 'emit' | 'signal' | 'redactor'>,
): Promise<BackedUpSite> {
  return saveAll(request, tools).catch((error: unknown) => {
    throw asBackupFailure(request.folder, error);
  });
}

async function saveAll(
  { bench, site, folder, withFiles }: SiteToBackUp,
  { emit, signal, redactor }: Pick<Tools, 'emit' | 'signal' | 'redactor'>,
): Promise<BackedUpSite> {
  const own = join(folder, site);
  await makeFolders(own, 0o700);
  const config = await learnSiteConfig(bench, site, redactor);
  const save = async <Saved extends SavedFile>(
    name: string,
    title: string,
    work: (options: SaveOptions) => Promise<Saved>,
  ) => {
    const path = join(own, name);
    await rm(path, { force: true });
    const meter = measureProgress({ id: `backup ${site} ${name}`, title, unit: 'bytes' }, emit);
    const { path: _, ...saved } = await work({ path, signal, onBytes: meter.set });
    meter.end();
    return { file: relative(folder, path), ...saved };
  };
  const at = await bench.siteTime(site);
  const { unpackedBytes: _, ...database } = await save('database.sql.gz', `Dumping ${site}`, (options) =>
    saveDump(bench, site, options),
  );
  const saveKind = (kind: 'public' | 'private') =>
    save(`${kind}-files.tar`, `Packing the ${kind} files of ${site}`, (options) =>
      saveFiles(bench, site, kind, options),
    );
  const files = withFiles
    ? { publicFiles: await saveKind('public'), privateFiles: await saveKind('private') }
    : {};
  const path = join(own, 'site_config.json');
  await writeWhole(path, config, { mode: 0o600 });
  const sha256 = createHash('sha256').update(config).digest('hex');
  const saved = { file: relative(folder, path), sizeBytes: Buffer.byteLength(config), sha256 };
  return { name: site, at, database, config: saved, ...files };
}

/** The error of the file system as `backup-not-written`; another as it is. */
export function asBackupFailure(path: string, error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'syscall' in error
    ? backupNotWritten(path, error)
    : error;
}

/** Reads site_config.json, and adds its secrets to the redactor. */
export async function learnSiteConfig(
  bench: Bench,
  site: string,
  redactor: Tools['redactor'],
): Promise<string> {
  const config = await bench.siteConfig(site);
  learnConfig(config, redactor);
  return config;
}

/** Passwords and keys of a site_config.json: a traceback of the site may print them. */
export function learnConfig(config: string, redactor: Tools['redactor']): void {
  const values = (parseJson(config) ?? {}) as Readonly<Record<string, unknown>>;
  for (const [key, value] of Object.entries(values))
    if (typeof value === 'string' && value !== '' && hasSensitiveName(key))
      redactor.add(new Secret(key, value));
}
