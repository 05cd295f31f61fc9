import { inspectSite } from '../flow/change-site.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { findRecord } from '../flow/read-records.ts';
import { tagOfRelease } from '../flow/release-image.ts';
import { inStage } from '../flow/stage.ts';
import type { Flow, SiteOptions, Tools } from '../flow/tools.ts';
import { compareImage } from './compare-image.ts';
import { comparePlatforms } from './compare-platforms.ts';
import { hasPassed, type VerifiedPoint } from './verified-point.ts';

export interface VerifyOptions extends SiteOptions {
  /** Site version. Default: the newest recorded release. */
  readonly release?: string | undefined;
  /** Read all files of the image, which takes as long as `docker save`. Default: true. */
  readonly files?: boolean;
}

/** An image on this engine compared with the record of its release. */
export interface ReleaseVerification {
  readonly siteVersion: string;
  /** `desiredeffect/erpnext-custom:1.4.0` */
  readonly reference: string;
  /** No point differs; one that could not be compared does not count. */
  readonly passed: boolean;
  readonly points: readonly VerifiedPoint[];
}

const VERIFY: Flow = { name: 'verify', stages: ['verify'], unchanged: 'It changes nothing.' };

/**
 * Compares the image that has a release's tag with the release's record: its id, labels, app commits, layers and files.
 * Differences are in the report, they are not thrown. When the tag is gone, the image is looked up by its id.
 * @throws DeBuildError `manifest-not-found`, `manifest-unreadable`, `no-release-recorded`, `engine-*`,
 * `release-interrupted`
 */
export function verifyRelease(options: VerifyOptions): Promise<ReleaseVerification> {
  const what = options.release === undefined ? 'verify' : `verify ${options.release}`;
  return inspectSite(options, { flow: VERIFY, what }, (site, tools) => verify(site, options, tools));
}

async function verify(site: OpenSite, options: VerifyOptions, tools: Tools): Promise<ReleaseVerification> {
  const manifest = await findRecord(site, options.release);
  const { reference, siteVersion } = tagOfRelease(manifest, options.release ?? manifest.siteVersion);
  const engine = await tools.engine();
  const { images } = engine;
  const points = await inStage(tools, { stage: 'verify', title: `Verifying ${reference}` }, async () => {
    const tagged = await images.inspect(reference);
    const image = tagged ?? (await images.inspect(manifest.image.id));
    const seen = compareImage(manifest, { reference, image, isTagged: tagged !== undefined });
    if (image === undefined) return seen;
    const found = { image, benchFolder: site.config.benchFolder, files: options.files ?? true };
    return [...seen, ...(await comparePlatforms(manifest, { ...found, engine }, tools))];
  });
  return { siteVersion, reference, passed: hasPassed(points), points };
}
