import type { Finding } from '../errors/finding.ts';
import { noReleaseRecorded } from '../errors/manifest-failures.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { readManifest, readManifests } from '../manifests/manifest-store.ts';
import { inspectSite } from './change-site.ts';
import type { OpenSite } from './open-site.ts';
import { requireSettings } from './require-settings.ts';
import type { Flow, SiteOptions } from './tools.ts';

const OF_RECORDS = ['manifests', 'versionScheme'] as const;
const READ: Flow = { name: 'records', stages: [], unchanged: 'It changes nothing.' };

/**
 * The recorded releases of a site, newest version first. A record that can't be read is a problem, it is not thrown.
 * @throws DeBuildError `site-not-found`, `not-a-site`, `setting-wrong`, `manifest-folder-unreadable`
 */
export function readRecords(
  options: SiteOptions,
): Promise<{ readonly manifests: readonly Manifest[]; readonly problems: readonly Finding[] }> {
  return inspectSite(options, { flow: READ, what: 'list' }, (site) => {
    requireSettings(site, OF_RECORDS);
    return readManifests(site.records, site.config.versionScheme);
  });
}

export interface ReadRecordOptions extends SiteOptions {
  /** Site version, or a record that `--force` moved aside. Default: the newest recorded release. */
  readonly release?: string | undefined;
}

/**
 * One recorded release.
 * @throws DeBuildError `site-not-found`, `not-a-site`, `setting-wrong`, `manifest-not-found`, `manifest-unreadable`, `no-release-recorded`
 */
export function readRecord(options: ReadRecordOptions): Promise<Manifest> {
  const what = options.release === undefined ? 'show' : `show ${options.release}`;
  return inspectSite(options, { flow: READ, what }, (site) => findRecord(site, options.release));
}

/** The same in a site that is open. */
export async function findRecord(
  site: Pick<OpenSite, 'records' | 'config' | 'unknownSettings'>,
  release: string | undefined,
): Promise<Manifest> {
  requireSettings(site, OF_RECORDS);
  const { records, config } = site;
  if (release !== undefined) return readManifest(records, release, config.versionScheme);
  const { manifests } = await readManifests(records, config.versionScheme);
  const [newest] = manifests;
  if (newest === undefined) throw noReleaseRecorded(records);
  return newest;
}
