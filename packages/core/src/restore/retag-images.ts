import type { Finding } from '../errors/finding.ts';
import { changeSite } from '../flow/change-site.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { isImageOf, tagOfRelease } from '../flow/release-image.ts';
import type { Flow, SiteOptions, Tools } from '../flow/tools.ts';
import { readManifests } from '../manifests/manifest-store.ts';
import { PLAN_DIGEST_LABEL } from '../manifests/plan-label.ts';

export interface RetagOptions extends SiteOptions {
  /** Change nothing; report which images would get their tags. Default: false. */
  readonly dryRun?: boolean;
}

/** An image of a recorded release without the release's tag. */
export interface LostTag {
  readonly siteVersion: string;
  /** The release's tag: `acme/erp:1.4.0`. */
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
  /** Releases whose image is not on this engine; `restoreRelease` may restore them. */
  readonly absent: readonly string[];
  /** Manifests that can't be read. */
  readonly problems: readonly Finding[];
}

const RETAG: Flow = { name: 'retag', stages: [], unchanged: 'No tag was given.' };

/**
 * Finds images of recorded releases that lost their tag, by the label of their plan, and tags them again. A tag is never
 * taken from another image.
 * @throws DeBuildError `manifest-folder-unreadable`, `engine-*`, `site-locked`, `lock-*`
 */
export function retagImages(options: RetagOptions): Promise<RetaggedImages> {
  const { dryRun } = options;
  return changeSite(options, { flow: RETAG, what: 'retag', dryRun }, (site, tools) =>
    retag(site, options, tools),
  );
}

async function retag(site: OpenSite, options: RetagOptions, tools: Tools): Promise<RetaggedImages> {
  const { images } = await tools.engine();
  const dryRun = options.dryRun ?? false;
  const { manifests, problems } = await readManifests(site.records, site.config.versionScheme);
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
    if (!dryRun) {
      await images.tag(found.id, reference);
      tools.done(`${reference} has its tag again.`);
    }
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
