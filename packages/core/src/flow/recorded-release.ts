import type { Manifest } from '../manifests/manifest.ts';
import { readManifest } from '../manifests/manifest-store.ts';
import type { OpenSite } from './open-site.ts';

/** A recorded release of a site. */
export interface RecordedRelease {
  readonly site: OpenSite;
  /** What its record is named after: its version, or `1.4.0-replaced-0123456789ab` for one that `--force` moved aside. */
  readonly name: string;
  readonly manifest: Manifest;
}

/** @throws DeBuildError `manifest-not-found`, `manifest-unreadable`, `manifest-folder-unreadable` */
export async function readRelease(site: OpenSite, name: string): Promise<RecordedRelease> {
  return { site, name, manifest: await readManifest(site.records, name, site.config.versionScheme) };
}
