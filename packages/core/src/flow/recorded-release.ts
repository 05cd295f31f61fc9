import { resolve } from 'node:path';
import type { Manifest } from '../manifests/manifest.ts';
import { readManifest } from '../manifests/manifest-store.ts';
import { recordsFolder } from './read-records.ts';
import type { SiteOptions } from './tools.ts';
import type { OnProgress } from './transfer-progress.ts';

/** What every flow over recorded releases takes. */
export interface HistoryOptions extends Omit<SiteOptions, 'remote' | 'onEvent'> {
  /** Called while bytes go to or from the engine. */
  readonly onProgress?: OnProgress;
}

/** A recorded release, and where its records are. */
export interface RecordedRelease {
  readonly manifest: Manifest;
  /** Absolute path of the site. */
  readonly site: string;
  /** Absolute path of the folder of manifests. */
  readonly records: string;
}

/** @throws DeBuildError `manifest-not-found`, `manifest-unreadable`, `manifest-folder-unreadable` */
export async function readRelease(site: string, release: string): Promise<RecordedRelease> {
  const records = await recordsFolder(site);
  return { manifest: await readManifest(records, release), site: resolve(site), records };
}
