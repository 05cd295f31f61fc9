import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { connectEngine } from '../engine/connect-engine.ts';
import type { Engine, ImageDetails } from '../engine/engine.ts';
import { findOtherSockets, hasContext } from '../engine/find-endpoint.ts';
import { parseReference } from '../engine/images/image-reference.ts';
import { sharedLayers, withoutLayers } from '../engine/images/without-layers.ts';
import { releaseImageElsewhere, releaseImageMissing } from '../errors/archive-failures.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { findReleaseImage } from '../flow/release-image.ts';
import type { Tools } from '../flow/tools.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { measureProgress } from '../progress/progress.ts';

export interface BringImageOptions {
  /** The engine that has it, or a Docker context. Default: one on this machine. */
  readonly from: string | undefined;
  readonly dryRun: boolean;
}

/**
 * Copies the image of a release from another engine, without a registry; only the layers that are absent, where the engine writes
 * them so that they can be told apart. It gets its tag unless another image has it.
 * @throws DeBuildError `release-image-missing`, `release-image-elsewhere`, `image-not-loaded`, `engine-*`
 */
export async function bringImage(
  manifest: Manifest,
  engine: Engine,
  { from, dryRun }: BringImageOptions,
  tools: Pick<Tools, 'environment' | 'signal' | 'emit'>,
): Promise<ImageDetails> {
  const { reference, id } = manifest.image;
  const source = await findSource(manifest, engine, from, tools);
  if (source === undefined) throw releaseImageMissing(reference, id);
  try {
    if (dryRun) throw releaseImageElsewhere(reference, source.engine.endpoint);
    await copyImage(source, engine, reference, tools);
  } finally {
    await source.engine.close();
  }
  const found = await findReleaseImage(engine, manifest);
  if (found === undefined) throw releaseImageMissing(reference, id);
  if ((await engine.images.inspect(reference)) === undefined) await engine.images.tag(found.id, reference);
  return found;
}

interface Source {
  readonly engine: Engine;
  readonly image: ImageDetails;
}

async function findSource(
  manifest: Manifest,
  { endpoint }: Engine,
  from: string | undefined,
  { environment, signal }: Pick<Tools, 'environment' | 'signal'>,
): Promise<Source | undefined> {
  const { DOCKER_HOST: _, DOCKER_CONTEXT: __, ...rest } = environment;
  const isContext = from !== undefined && !from.includes('://') && hasContext(from, environment);
  const hosts = from === undefined ? findOtherSockets(environment) : [from];
  for (const host of hosts.filter((one) => one !== endpoint)) {
    const options = isContext
      ? { environment: { ...rest, DOCKER_CONTEXT: host } }
      : { environment: rest, host };
    try {
      const engine = await connectEngine({ ...options, signal });
      const image = await findReleaseImage(engine, manifest);
      if (image !== undefined) return { engine, image };
      await engine.close();
    } catch (error) {
      // Nobody asked for one on this machine.
      if (from !== undefined || !isDeBuildError(error)) throw error;
    }
  }
  return undefined;
}

async function copyImage(
  { engine: source, image }: Source,
  engine: Engine,
  reference: string,
  { signal, emit }: Pick<Tools, 'signal' | 'emit'>,
): Promise<void> {
  const { repository } = parseReference(reference);
  const here = await engine.images.list(repository);
  const details = await Promise.all(here.map(({ id }) => engine.images.inspect(id)));
  const present = sharedLayers(
    image.layers,
    details.map((one) => one?.layers ?? []),
  );
  const title = `Copying ${reference} from ${source.endpoint}`;
  const meter = measureProgress({ id: `copy ${reference}`, title, unit: 'bytes' }, emit);
  let bytes = 0;
  const counter = new PassThrough();
  counter.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    meter.set(bytes);
  });
  const saved = withoutLayers(await source.images.save(image.id, signal), present);
  await Promise.all([pipeline(saved, counter), engine.images.load(counter, signal)]);
  meter.end();
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  const absent =
    present.size === 0 ? '' : `; ${present.size} of ${image.layers.length} layers were there already`;
  emit({
    type: 'notice',
    level: 'info',
    text: `${reference}: ${size} were copied from ${source.endpoint}${absent}.`,
  });
}
