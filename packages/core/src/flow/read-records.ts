import { join, resolve } from 'node:path';
import type { Finding } from '../errors/finding.ts';
import { noReleaseRecorded } from '../errors/manifest-failures.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { readManifest, readManifests } from '../manifests/manifest-store.ts';
import type { Redactor } from '../secrets/redactor.ts';
import { readSiteConfig } from '../site/read-site-config.ts';
import { learnSecrets } from './learn-secrets.ts';

/** The recorded releases of a site, newest version first; a record that can't be read is a problem, not an error. */
export async function readRecords(options: {
  /** The site's folder. */
  readonly site: string;
  /** Learns the site's secrets, for whoever prints the records. */
  readonly redactor?: Redactor;
}): Promise<{ readonly manifests: readonly Manifest[]; readonly problems: readonly Finding[] }> {
  if (options.redactor !== undefined) await learnSecrets(options.site, options.redactor);
  return readManifests(await recordsFolder(options.site));
}

/**
 * One recorded release; the newest when no version is named.
 * @throws DeBuildError `manifest-not-found`, `manifest-unreadable`, `no-release-recorded`
 */
export async function readRecord(options: {
  /** The site's folder. */
  readonly site: string;
  /** Site version. */
  readonly release?: string | undefined;
  /** Learns the site's secrets, for whoever prints the record. */
  readonly redactor?: Redactor;
}): Promise<Manifest> {
  if (options.redactor !== undefined) await learnSecrets(options.site, options.redactor);
  const folder = await recordsFolder(options.site);
  if (options.release !== undefined) return readManifest(folder, options.release);
  const { manifests } = await readManifests(folder);
  const [newest] = manifests;
  if (newest === undefined) throw noReleaseRecorded(folder);
  return newest;
}

export async function recordsFolder(site: string): Promise<string> {
  const folder = resolve(site);
  const { config } = await readSiteConfig(folder);
  return join(folder, config.manifests);
}
