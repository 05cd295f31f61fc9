import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathOf } from '../archive/archive-release.ts';
import { digestFile, readLayout } from '../archive/write-archive.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { archiveGone, archiveUnlisted } from '../errors/doctor-findings.ts';
import { findingOf } from '../flow/finding-of.ts';
import { ownVersion } from '../flow/own-version.ts';
import type { Tools } from '../flow/tools.ts';
import { addArchive, type FileArchive, readArchives } from '../manifests/archives.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { listRecords, readManifest } from '../manifests/manifest-store.ts';
import type { Ailment } from './ailment.ts';

/** Where archives go unless another folder is named. */
const FOLDER = '.de-build/archives';

/** Archives in the site's own folder that no list names, and listed ones that are not there. */
export async function examineArchives(
  site: string,
  records: string,
  tools: Pick<Tools, 'now' | 'signal'>,
): Promise<readonly Ailment[]> {
  const ailments: Ailment[] = [];
  const listed = new Set<string>();
  const releases = await listRecords(records);
  for (const release of releases) {
    const archives = await readArchives(records, release).catch((error: unknown) => {
      if (!isDeBuildError(error)) throw error;
      ailments.push({ finding: findingOf(error) });
      return [];
    });
    for (const archive of archives) {
      if (archive.kind !== 'file') continue;
      listed.add(pathOf(archive, site));
      const isThere = await stat(pathOf(archive, site)).catch(() => undefined);
      if (isThere === undefined) ailments.push({ finding: archiveGone(archive.path, release) });
    }
  }
  const names = await readdir(join(site, FOLDER)).catch(() => []);
  for (const name of names.sort()) {
    const path = join(site, FOLDER, name);
    const release = releases.find((one) => isArchiveOf(name, one));
    if (listed.has(path) || release === undefined) continue;
    const manifest = await readManifest(records, release).catch(() => undefined);
    const archive = manifest && (await readWhole(path, manifest, tools));
    if (archive === undefined) continue;
    ailments.push({
      finding: archiveUnlisted(archive.path, release),
      repair: async () => void (await addArchive(records, release, archive)),
    });
  }
  return ailments;
}

/** `acme-erp_1.4.0_0123456789ab.tar.gz` */
function isArchiveOf(name: string, release: string): boolean {
  return name.replace(/_[0-9a-f]{12}\.tar\.gz$/, '').endsWith(`_${release}`);
}

/** What the list would have said of it; `undefined` when its bytes are not those that it is named after. */
async function readWhole(
  path: string,
  manifest: Manifest,
  { now, signal }: Pick<Tools, 'now' | 'signal'>,
): Promise<FileArchive | undefined> {
  const sha256 = await digestFile(path, signal);
  if (!basename(path).endsWith(`_${sha256.slice(0, 12)}.tar.gz`)) return undefined;
  const { size } = await stat(path);
  return {
    kind: 'file',
    path: `${FOLDER}/${basename(path)}`,
    sha256,
    sizeBytes: size,
    layout: await readLayout(path),
    compression: 'gzip',
    imageId: manifest.image.id,
    createdAt: now().toISOString(),
    deBuildVersion: ownVersion(),
  };
}
