import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { archiveFacts } from '../archive/archive-source.ts';
import { digestFile, readLayout } from '../archive/write-archive.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { archiveGone, archiveUnlisted } from '../errors/doctor-findings.ts';
import { findingOf } from '../flow/finding-of.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { SITE_FOLDER } from '../flow/site-folder.ts';
import type { Tools } from '../flow/tools.ts';
import { addArchive, type FileArchive, pathOfArchive, readArchives } from '../manifests/archives.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { listRecords, readManifest } from '../manifests/manifest-store.ts';
import type { Problem } from './problem.ts';

/** Archives in the site's own folder that no list names, and listed ones that no longer exist. */
export async function findArchiveProblems(
  { folder, own, records }: Pick<OpenSite, 'folder' | 'own' | 'records'>,
  tools: Pick<Tools, 'now' | 'signal'>,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const listed = new Set<string>();
  const releases = await listRecords(records);
  for (const release of releases) {
    const archives = await readArchives(records, release).catch((error: unknown) => {
      if (!isDeBuildError(error)) throw error;
      problems.push({ finding: findingOf(error) });
      return [];
    });
    for (const archive of archives) {
      if (archive.kind !== 'file') continue;
      const path = pathOfArchive(archive, folder);
      listed.add(path);
      const found = await stat(path).catch(() => undefined);
      if (found === undefined) problems.push({ finding: archiveGone(archive.path, release) });
    }
  }
  const names = await readdir(own.archives).catch(() => []);
  for (const name of names.sort()) {
    const path = join(own.archives, name);
    const release = releases.find((one) => isArchiveOf(name, one));
    if (listed.has(path) || release === undefined) continue;
    const manifest = await readManifest(records, release).catch(() => undefined);
    const archive = manifest && (await readIntact(path, manifest, tools));
    if (archive === undefined) continue;
    problems.push({
      finding: archiveUnlisted(archive.path, release),
      repair: () => addArchive(records, release, archive),
    });
  }
  return problems;
}

/** `acme-erp_1.4.0_0123456789ab.tar.gz` */
function isArchiveOf(name: string, release: string): boolean {
  return name.replace(/_[0-9a-f]{12}\.tar\.gz$/, '').endsWith(`_${release}`);
}

/** The missing entry of the list; `undefined` when the file's digest differs from the one in its name. */
async function readIntact(
  path: string,
  manifest: Manifest,
  tools: Pick<Tools, 'now' | 'signal'>,
): Promise<FileArchive | undefined> {
  const sha256 = await digestFile(path, tools.signal);
  if (!basename(path).endsWith(`_${sha256.slice(0, 12)}.tar.gz`)) return undefined;
  const { size } = await stat(path);
  return {
    kind: 'file',
    path: `${SITE_FOLDER}/archives/${basename(path)}`,
    sha256,
    sizeBytes: size,
    layout: await readLayout(path),
    compression: 'gzip',
    ...archiveFacts(manifest, tools),
  };
}
