import { resolve } from 'node:path';
import { readRecord } from '../flow/read-records.ts';
import { tagOfRelease } from '../flow/release-image.ts';
import { inStage } from '../flow/stage.ts';
import type { SiteOptions } from '../flow/tools.ts';
import { withTools } from '../flow/with-tools.ts';
import { readSiteConfig } from '../site/read-site-config.ts';
import { compareCommits } from './compare-commits.ts';
import { compareFiles } from './compare-files.ts';
import { compareImage } from './compare-image.ts';
import { hasPassed, type VerifiedPoint } from './verified-point.ts';

export interface VerifyOptions extends Omit<SiteOptions, 'remote' | 'now'> {
  /** Site version. Default: the newest recorded release. */
  readonly release?: string | undefined;
  /** Read all files of the image, which takes as long as `docker save`. Default: true. */
  readonly files?: boolean;
}

/** How an image of this engine stands against the record of its release. */
export interface ReleaseVerification {
  readonly siteVersion: string;
  /** `desiredeffect/erpnext-custom:1.4.0` */
  readonly reference: string;
  /** No point differs; one that could not be compared does not count. */
  readonly passed: boolean;
  readonly points: readonly VerifiedPoint[];
}

/**
 * Holds the image that has a release's tag against the release's record: its id, labels, app commits, layers and files.
 * What differs is in the report, it is not thrown. When the tag is gone, the image is looked for by its id.
 * @throws DeBuildError `manifest-not-found`, `manifest-unreadable`, `no-release-recorded`, `engine-*`,
 * `release-interrupted`
 */
export function verifyRelease(options: VerifyOptions): Promise<ReleaseVerification> {
  return withTools(options, async (tools) => {
    const site = resolve(options.site);
    const manifest = await readRecord({ site, release: options.release });
    const { reference, siteVersion } = tagOfRelease(manifest, options.release ?? manifest.siteVersion);
    const { config } = await readSiteConfig(site);
    const { images } = await tools.engine();
    const points = await inStage(tools, { stage: 'verify', title: `Verifying ${reference}` }, async () => {
      const tagged = await images.inspect(reference);
      const image = tagged ?? (await images.inspect(manifest.image.id));
      const seen = compareImage(manifest, { reference, image, isTagged: tagged !== undefined });
      if (image === undefined) return seen;
      const at = { images, imageId: image.id, benchFolder: config.benchFolder };
      const { points, folders } = await compareCommits(manifest, at);
      if (options.files === false) return [...seen, ...points];
      const files = await compareFiles(manifest, { ...at, folders, signal: tools.signal });
      return [...seen, ...points, ...files];
    });
    return { siteVersion, reference, passed: hasPassed(points), points };
  });
}
