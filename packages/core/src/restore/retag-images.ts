import type { Finding } from '../errors/finding.ts';
import { converge } from '../flow/converge.ts';
import { readRecords } from '../flow/read-records.ts';
import type { HistoryOptions } from '../flow/recorded-release.ts';
import { isImageOf, tagOfRelease } from '../flow/release-image.ts';
import { withSiteLock } from '../flow/site-lock.ts';
import type { Tools } from '../flow/tools.ts';
import { withTools } from '../flow/with-tools.ts';
import { PLAN_DIGEST_LABEL } from '../manifests/plan-label.ts';

export interface RetagOptions extends Omit<HistoryOptions, 'onProgress'> {
  /** Change nothing; say which images would get their tags. Default: false. */
  readonly dryRun?: boolean;
}

/** An image of a recorded release that has not the release's tag. */
export interface LostTag {
  readonly siteVersion: string;
  /** The tag that is its own: `acme/erp:1.4.0`. */
  readonly reference: string;
  readonly imageId: string;
  /** `held`: another image has the tag, and keeps it. */
  readonly state: 'retagged' | 'would-retag' | 'held';
  /** The id of that other image. */
  readonly heldBy?: string;
}

export interface RetaggedImages {
  readonly dryRun: boolean;
  /** By version, newest first. */
  readonly images: readonly LostTag[];
  /** Releases that have their tag. */
  readonly inOrder: readonly string[];
  /** Releases whose image is not on this engine; `restoreRelease` may bring them back. */
  readonly absent: readonly string[];
  /** Manifests that can't be read. */
  readonly problems: readonly Finding[];
}

/**
 * Finds images of recorded releases that lost their tag, by the label of their plan, and gives it back. A tag is never
 * taken from another image.
 * @throws DeBuildError `manifest-folder-unreadable`, `engine-*`, `site-locked`, `lock-*`
 */
export function retagImages(options: RetagOptions): Promise<RetaggedImages> {
  const { site, dryRun } = options;
  return withTools({ ...options, onEvent: () => undefined }, (tools) =>
    withSiteLock({ site, what: 'retag', dryRun }, tools, () => retag(options, tools)),
  );
}

async function retag(options: RetagOptions, tools: Tools): Promise<RetaggedImages> {
  if (options.dryRun !== true) await converge(options.site, tools);
  const { images } = await tools.engine();
  const dryRun = options.dryRun ?? false;
  const { manifests, problems } = await readRecords(options);
  const labelled = await images.listByLabel(PLAN_DIGEST_LABEL);
  const lost: LostTag[] = [];
  const inOrder: string[] = [];
  const absent: string[] = [];
  for (const manifest of manifests) {
    tools.signal.throwIfAborted();
    const { siteVersion } = manifest;
    const { reference } = tagOfRelease(manifest, siteVersion);
    const holder = await images.inspect(reference);
    if (holder !== undefined && isImageOf(holder, manifest)) {
      inOrder.push(siteVersion);
      continue;
    }
    const candidates = labelled.filter(
      ({ id, labels }) => id === manifest.image.id || labels[PLAN_DIGEST_LABEL] === manifest.planDigest,
    );
    const found = await firstOf(candidates, async ({ id }) => {
      const image = await images.inspect(id);
      return image !== undefined && isImageOf(image, manifest);
    });
    if (found === undefined) {
      absent.push(siteVersion);
      continue;
    }
    const one = { siteVersion, reference, imageId: found.id };
    if (holder !== undefined) {
      lost.push({ ...one, state: 'held', heldBy: holder.id });
      continue;
    }
    if (!dryRun) await images.tag(found.id, reference);
    lost.push({ ...one, state: dryRun ? 'would-retag' : 'retagged' });
  }
  return { dryRun, images: lost, inOrder, absent, problems };
}

async function firstOf<Item>(
  items: readonly Item[],
  isWanted: (item: Item) => Promise<boolean>,
): Promise<Item | undefined> {
  for (const item of items) if (await isWanted(item)) return item;
  return undefined;
}
