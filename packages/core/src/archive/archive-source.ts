import type { ImageDetails } from '../engine/engine.ts';
import { ownVersion } from '../flow/own-version.ts';
import type { RecordedRelease } from '../flow/recorded-release.ts';
import type { ReleaseTag } from '../flow/release-image.ts';
import type { Tools } from '../flow/tools.ts';
import type { Archive } from '../manifests/archives.ts';
import type { Manifest } from '../manifests/manifest.ts';

/** What is archived. */
export interface ArchiveSource {
  readonly release: RecordedRelease;
  readonly tag: ReleaseTag;
  readonly image: ImageDetails;
  /** Archives that the release has already. */
  readonly known: readonly Archive[];
}

/** Where the copy is now. */
export interface MadeArchive {
  /** A folder, or a name in a registry. */
  readonly to: string;
  /** `undefined` with `dryRun`. */
  readonly archive: Archive | undefined;
  /** Whether this archive existed before; it was verified, and nothing was written. */
  readonly alreadyArchived: boolean;
}

/** What the record of every kind of archive says. */
export function archiveFacts({ image }: Manifest, { now }: Pick<Tools, 'now'>) {
  return { imageId: image.id, createdAt: now().toISOString(), deBuildVersion: ownVersion() };
}
