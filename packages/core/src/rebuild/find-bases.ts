import type { Engine, ImageDetails } from '../engine/engine.ts';
import { parseReference } from '../engine/images/image-reference.ts';
import { registryAccess } from '../engine/registry-credentials.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { rebuildBaseGone, rebuildBaseUnknown } from '../errors/rebuild-failures.ts';
import type { Tools } from '../flow/tools.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { measureProgress } from '../progress/progress.ts';
import type { PinnedBase } from './rebuild-report.ts';

type RecordedBase = Manifest['image']['baseImages'][number];

/** A base image, and where it was found. */
export interface FoundBase extends PinnedBase {
  /** Id of the recorded image; `undefined` when its own name still means it. */
  readonly imageId: string | undefined;
  /** Whether the builder can have it by its digest. */
  readonly isByDigest: boolean;
}

/** Finds the base images of a release as they were: by their names, on the engine under another name or none, and by their
 * digests in their registries.
 * @throws DeBuildError `rebuild-base-image-gone`, `rebuild-base-image-unknown`, `engine-*`
 */
export async function findBases(
  { image }: Manifest,
  options: { readonly engine: Engine; readonly inexact: boolean; readonly dryRun: boolean },
  tools: Tools,
): Promise<readonly FoundBase[]> {
  const found: FoundBase[] = [];
  for (const base of image.baseImages) found.push(await findBase(base, options, tools));
  return found;
}

async function findBase(
  { reference, digest }: RecordedBase,
  {
    engine,
    inexact,
    dryRun,
  }: { readonly engine: Engine; readonly inexact: boolean; readonly dryRun: boolean },
  tools: Tools,
): Promise<FoundBase> {
  const other: FoundBase = { reference, digest, from: 'other', imageId: undefined, isByDigest: false };
  if (digest === null) {
    if (inexact) return other;
    throw rebuildBaseUnknown(reference);
  }
  // A builder beside the engine has images of its own, and what it used, it had by its digest.
  if (engine.builder !== undefined)
    return { reference, digest, from: 'registry', imageId: undefined, isByDigest: true };
  const { images } = engine;
  const named = await images.inspect(reference);
  if (named !== undefined && isImage(named, digest))
    return { reference, digest, from: 'name', imageId: undefined, isByDigest: false };
  const byDigest = `${parseReference(reference.replace(/@.*$/, '')).repository}@${digest}`;
  const here = (await images.inspect(digest)) ?? (await images.inspect(byDigest));
  if (here !== undefined)
    return { reference, digest, from: 'engine', imageId: here.id, isByDigest: hasDigest(here, digest) };
  if (dryRun) return { reference, digest, from: 'registry', imageId: undefined, isByDigest: true };
  try {
    await pull(byDigest, engine, tools);
    const pulled = await images.inspect(byDigest);
    if (pulled !== undefined)
      return { reference, digest, from: 'registry', imageId: pulled.id, isByDigest: true };
  } catch (error) {
    if (!isDeBuildError(error) || tools.signal.aborted) throw error;
    if (inexact) return other;
    throw rebuildBaseGone(reference, digest, `It is not on the engine. ${error.what} ${error.why}`);
  }
  if (inexact) return other;
  throw rebuildBaseGone(reference, digest, 'It is not on the engine, and its registry gave another image.');
}

/** The recorded digest is the registry's, or the id of an image that never was in one. */
function isImage({ id, repoDigests }: Pick<ImageDetails, 'id' | 'repoDigests'>, digest: string): boolean {
  return id === digest || hasDigest({ repoDigests }, digest);
}

function hasDigest({ repoDigests }: Pick<ImageDetails, 'repoDigests'>, digest: string): boolean {
  return repoDigests.some((known) => known.endsWith(`@${digest}`));
}

async function pull(reference: string, { registries }: Engine, tools: Tools): Promise<void> {
  const title = `Pulling the base image ${reference}`;
  const meter = measureProgress({ id: `pull ${reference}`, title, unit: 'bytes' }, tools.emit);
  const access = await registryAccess(reference, tools);
  await registries.pull(reference, { ...access, onProgress: meter.set });
  meter.end();
}
