import { archiveIncomplete, releaseImageMissing } from '../errors/archive-failures.ts';
import { changeSite } from '../flow/change-site.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { readRelease } from '../flow/recorded-release.ts';
import { findMissingPlatforms, findReleaseImage, tagOfRelease } from '../flow/release-image.ts';
import { inStage } from '../flow/stage.ts';
import type { Flow, SiteOptions, Tools } from '../flow/tools.ts';
import { addArchive, readArchives } from '../manifests/archives.ts';
import type { ArchiveDestination } from './archive-destination.ts';
import type { ArchiveSource, MadeArchive } from './archive-source.ts';
import { pushRelease } from './push-release.ts';
import { saveRelease } from './save-release.ts';

export interface ArchiveOptions extends SiteOptions {
  /** Site version, or a record that `--force` moved aside: `1.4.0-replaced-0123456789ab`. */
  readonly release: string;
  /** Default: the folder `.de-build/archives` of the site. */
  readonly to?: ArchiveDestination;
  /** Make the folder, if it is not there. Default: false, because the disk that it is on may not be mounted. */
  readonly mkdir?: boolean;
  /** Replace another image that has the release's tag in the registry. Default: false. */
  readonly force?: boolean;
  /** Change nothing; check that the image exists and report the destination. Default: false. */
  readonly dryRun?: boolean;
}

export interface ArchivedRelease extends MadeArchive {
  readonly dryRun: boolean;
  /** `acme/erp:1.4.0` */
  readonly reference: string;
  readonly imageId: string;
  /** The list next to the manifest. */
  readonly recordedIn: string | undefined;
}

const ARCHIVE: Flow = { name: 'archive', stages: ['save', 'push'], unchanged: 'No archive was recorded.' };

/**
 * Copies a release's image out of the engine: into a compressed file, or to a registry. Its digest is recorded next
 * to the manifest, and `restoreRelease` accepts no other.
 * @throws DeBuildError `manifest-*`, `release-image-missing`, `archive-*`, `registry-*`, `engine-*`, `site-locked`, `lock-*`
 */
export function archiveRelease(options: ArchiveOptions): Promise<ArchivedRelease> {
  const { dryRun } = options;
  return changeSite(options, { flow: ARCHIVE, what: `archive ${options.release}`, dryRun }, (site, tools) =>
    archive(site, options, tools),
  );
}

async function archive(site: OpenSite, options: ArchiveOptions, tools: Tools): Promise<ArchivedRelease> {
  const { to, dryRun = false, force = false, mkdir = false } = options;
  const release = await readRelease(site, options.release);
  const known = await readArchives(site.records, release.name);
  const tag = tagOfRelease(release.manifest, release.name);
  const engine = await tools.engine();
  const image = await findReleaseImage(engine, release.manifest);
  if (image === undefined) throw releaseImageMissing(tag.reference, release.manifest.image.id);
  const missing = await findMissingPlatforms(engine, release.manifest, image.id);
  if (missing.length > 0) throw archiveIncomplete(tag.reference, missing);
  const source: ArchiveSource = { release, tag, image, known };
  const isPush = to?.kind === 'registry';
  const stage = { stage: isPush ? 'push' : 'save', title: `Archiving ${tag.reference}` };
  const made = await inStage(tools, stage, () =>
    isPush
      ? pushRelease(source, { repository: to.repository, force, dryRun }, tools)
      : saveRelease(source, { folder: to?.folder, mkdir, dryRun }, tools),
  );
  const result = { dryRun, reference: tag.reference, imageId: image.id, ...made };
  if (made.archive === undefined || made.alreadyArchived) return { ...result, recordedIn: undefined };
  return { ...result, recordedIn: await addArchive(site.records, release.name, made.archive) };
}
