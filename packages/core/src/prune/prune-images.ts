import { readDeployments } from '../deploy/deployment.ts';
import { readLedger } from '../deploy/ledger.ts';
import type { Engine } from '../engine/engine.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { changeSite } from '../flow/change-site.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { isImageOf } from '../flow/release-image.ts';
import type { Flow, SiteOptions } from '../flow/tools.ts';
import { readManifests } from '../manifests/manifest-store.ts';
import { readVersion } from '../site/site.ts';
import { chooseImages, type ImageCandidate, type KeepReason } from './choose-images.ts';

export interface PruneImagesOptions extends SiteOptions {
  /** How many of the newest releases keep their image. Default: `keepImages` of de-build.json. */
  readonly keep?: number | undefined;
  /** Change nothing; say what would be removed. Default: false. */
  readonly dryRun?: boolean;
}

/** Which images were removed, or would be. */
export interface PrunedImages {
  readonly dryRun: boolean;
  /** Of these releases; the newest first. */
  readonly removed: readonly { readonly reference: string; readonly createdAt: string }[];
  readonly kept: readonly { readonly reference: string; readonly reason: KeepReason }[];
  /** What only these images have, at least; absent where the engine did not say. */
  readonly freedBytes?: number;
}

const PRUNE: Flow = {
  name: 'prune-images',
  stages: [],
  unchanged: 'A part of the images may have been removed.',
};
const MEASURE_WITHIN_MS = 60_000;

/**
 * Removes images of old releases, which `restore` or `rebuild` can bring back. Kept are those that a container has, that a project
 * ran last or before that, of the env file's version, that are pinned, the newest, and what no manifest names.
 * @throws DeBuildError `deployment-unreadable`, `manifest-folder-unreadable`, `site-locked`, `engine-*`
 */
export function pruneImages(options: PruneImagesOptions): Promise<PrunedImages> {
  const { dryRun = false } = options;
  const change = { flow: PRUNE, what: 'prune --images', dryRun };
  return changeSite(options, change, async (site, tools) => {
    const engine = await tools.engine();
    const [candidates, ledger, deployments] = await Promise.all([
      listCandidates(site, engine),
      readLedger(site.own.ledger),
      readDeployments(site.own.deployments),
    ]);
    const reasons = chooseImages(candidates, {
      keep: options.keep ?? site.config.keepImages,
      pinned: site.config.pinnedReleases,
      envVersion: readVersion(site),
      ledger: ledger.entries,
      deployments,
    });
    const removed = candidates.filter(({ reference }) => !reasons.has(reference));
    const own = removed.length === 0 ? new Map() : await ownBytes(engine);
    if (!dryRun)
      for (const { reference } of removed) {
        tools.signal.throwIfAborted();
        await engine.images.untag(reference);
      }
    return {
      dryRun,
      removed: removed.map(({ reference, createdAt }) => ({ reference, createdAt })),
      kept: [...reasons].map(([reference, reason]) => ({ reference, reason })),
      ...(own === undefined
        ? {}
        : { freedBytes: removed.reduce((sum, { id }) => sum + (own.get(id) ?? 0), 0) }),
    };
  });
}

type Candidate = ImageCandidate & { readonly id: string; readonly createdAt: string };

/** The newest version first. */
async function listCandidates(
  { config: { image, versionScheme }, records }: OpenSite,
  engine: Engine,
): Promise<readonly Candidate[]> {
  const [tagged, containers, { manifests }] = await Promise.all([
    engine.images.list(image),
    engine.containers.list({}),
    readManifests(records, versionScheme),
  ]);
  const used = new Set(containers.map(({ imageId }) => imageId));
  const found = await Promise.all(
    tagged.map(async ({ tag, id, createdAt }) => {
      const reference = `${image}:${tag}`;
      const manifest = manifests.find((one) => one.image.reference === reference);
      const details = manifest && (await engine.images.inspect(reference));
      return {
        ...{ reference, release: tag, id, createdAt, hasContainers: used.has(id) },
        isRecorded: manifest !== undefined,
        isRecordedImage: manifest !== undefined && details !== undefined && isImageOf(details, manifest),
      };
    }),
  );
  const order = manifests.map(({ siteVersion }) => siteVersion);
  return found.sort((a, b) => order.indexOf(a.release) - order.indexOf(b.release));
}

async function ownBytes({ diskUsage }: Engine): Promise<ReadonlyMap<string, number> | undefined> {
  return diskUsage(MEASURE_WITHIN_MS)
    .then((usage) => usage.ownBytes)
    .catch((error: unknown) => {
      if (isDeBuildError(error)) return undefined;
      throw error;
    });
}
