import { plainValues } from '../apps/plain-values.ts';
import type { Engine } from '../engine/engine.ts';
import { digestOfBase } from '../engine/images/base-digest.ts';
import { askForImage } from '../engine/registries/ask-for-image.ts';
import { registryAccess } from '../engine/registry-credentials.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import type { OpenSite } from '../flow/open-site.ts';
import type { Tools } from '../flow/tools.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { findBaseImages } from '../release/plan/base-images.ts';
import { stagesWith } from '../site/parse-containerfile.ts';
import { platformArgs } from '../site/platform-args.ts';

/** An image that the Containerfile is based on, compared with the last release. */
export interface ListedBase {
  readonly reference: string;
  /**
   * `moved`: its name means another image than in the last release. `new`: the last release was not based on it. `removed`:
   * only the last release was. `unknown`: see `why`.
   */
  readonly state: 'same' | 'moved' | 'new' | 'removed' | 'unknown';
  /** Its digest in the last release. */
  readonly released: string | null;
  /** What its name means now. */
  readonly now: string | null;
  /** Where that was read: an image that is in no registry is only on the engine. */
  readonly from: 'registry' | 'engine' | null;
  readonly why: string | null;
}

type Now = Pick<ListedBase, 'now' | 'from' | 'why'>;

/** Asks the registry of each base image for its digest; pulls nothing. Without an engine or a network they are unknown. */
export async function listBaseImages(
  site: OpenSite,
  last: Manifest | undefined,
  tools: Tools,
): Promise<readonly ListedBase[]> {
  const released = new Map(
    (last?.image.baseImages ?? []).map(({ reference, digest }) => [reference, digest]),
  );
  const { containerfile } = site;
  if (containerfile === undefined) return [];
  const platform = last?.image.platform ?? 'linux/amd64';
  const args = { ...platformArgs(platform, platform), ...plainValues(site.sources.filledBuildArgs) };
  const stages = stagesWith(containerfile, args);
  const bases = await findBaseImages([stages], site.config.target, undefined);
  const engine = bases.length === 0 ? 'The Containerfile has no base image.' : await connect(tools);
  const listed = await Promise.all(
    bases.map(async ({ reference }): Promise<ListedBase> => {
      const now = typeof engine === 'string' ? unknown(engine) : await readNow(reference, engine, tools);
      return compare(reference, { last: released.get(reference), isNew: !released.has(reference) }, now);
    }),
  );
  const removed = [...released].filter(([name]) => !bases.some(({ reference }) => reference === name));
  return [
    ...listed,
    ...removed.map(([reference, digest]): ListedBase => {
      return { reference, state: 'removed', released: digest, now: null, from: null, why: null };
    }),
  ];
}

/** Whether the next release would be based on another image, or could. */
export function isOutdatedBase({ state }: ListedBase): boolean {
  return state !== 'same' && state !== 'unknown';
}

/** @returns why there is none */
async function connect(tools: Tools): Promise<Engine | string> {
  try {
    return await tools.engine();
  } catch (error) {
    tools.signal.throwIfAborted();
    if (!isDeBuildError(error)) throw error;
    return error.what;
  }
}

async function readNow(reference: string, { images, registries }: Engine, tools: Tools): Promise<Now> {
  const here = await images.inspect(reference);
  const local = here === undefined ? undefined : await digestOfBase(images, reference);
  const onEngine: Now | undefined =
    local === undefined ? undefined : { now: local, from: 'engine', why: null };
  // It never was in a registry.
  if (onEngine !== undefined && here?.repoDigests.length === 0) return onEngine;
  const answer = await askForImage(registries, reference, await registryAccess(reference, tools));
  if (answer.state === 'found') return { now: answer.digest, from: 'registry', why: null };
  if (answer.state === 'unknown') return unknown(answer.why);
  return onEngine ?? unknown('Neither the engine nor its registry has it.');
}

const unknown = (why: string): Now => ({ now: null, from: null, why });

function compare(
  reference: string,
  { last, isNew }: { readonly last: string | null | undefined; readonly isNew: boolean },
  now: Now,
): ListedBase {
  const base = { reference, released: last ?? null, ...now };
  if (isNew) return { ...base, state: 'new' };
  if (now.now === null) return { ...base, state: 'unknown' };
  if (last === null || last === undefined)
    return { ...base, state: 'unknown', why: 'The last release did not record its digest.' };
  return { ...base, state: last === now.now ? 'same' : 'moved' };
}
