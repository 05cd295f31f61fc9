import type { BuildKit } from '../buildkit/buildkit.ts';
import type { Builder, BuildRecord, BuildRequest, BuiltImage, Engine, Images } from '../engine.ts';
import { builderBuildKit } from './builder-buildkit.ts';
import { builderCache } from './builder-cache.ts';
import type { BuilderNode } from './builder-instance.ts';
import { type BuilderSetting, type FoundBuilder, findBuilder } from './find-builder.ts';

export interface UseBuilderOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The site's folder: the base of paths in the setting, and what a pod of several is kept for. */
  readonly folder: string;
  readonly signal?: AbortSignal;
}

/** A builder that answers. */
export interface UsedBuilder extends Pick<Engine, 'platforms' | 'cache' | 'writeCache'> {
  readonly about: Builder;
  /** @param exporter `docker`: the image comes into `images`; `image`: it goes to the registry of its name, by its digest */
  build(
    request: BuildRequest,
    images: Pick<Images, 'inspect' | 'load'>,
    exporter: 'docker' | 'image',
  ): Promise<BuiltImage>;
}

/**
 * The engine, but images are built by a builder, and come over the session into the engine.
 * @throws DeBuildError `builder-*`, `engine-*`, `program-*`
 */
export async function useBuilder(
  engine: Engine,
  setting: BuilderSetting,
  options: UseBuilderOptions,
): Promise<Engine> {
  const builder = await openBuilder(setting, options);
  if (builder === undefined) return engine;
  const { about, build, ...others } = builder;
  return {
    ...engine,
    ...others,
    builder: about,
    build: (request) => build(request, engine.images, 'docker'),
  };
}

/**
 * @returns `undefined` where the setting names the engine's own
 * @throws DeBuildError `builder-*`, `program-*`
 */
export async function openBuilder(
  setting: BuilderSetting,
  options: UseBuilderOptions,
): Promise<UsedBuilder | undefined> {
  const found = await findBuilder(setting, options);
  if (found === undefined) return undefined;
  const { name, driver } = found;
  const nodes = openNodes(found, options);
  const { version } = await firstThatAnswers(nodes, async ({ buildKit }) => {
    const { client, version } = await buildKit.greet(options.signal);
    client.close();
    return { version };
  });
  return {
    about: { name, driver, version },
    platforms: () => Promise.all(nodes.map(platformsOf)),
    async build(request, images, exporter) {
      const { buildWithBuildKit } = await import('../buildkit/build-with-buildkit.ts');
      const { buildKit } = await chooseNode(nodes, request.platforms ?? []);
      return buildWithBuildKit({ ...buildKit, exporter }, images, request);
    },
    async writeCache(request) {
      const { writeCache } = await import('../buildkit/write-cache.ts');
      const { buildKit } = await chooseNode(nodes, request.platforms ?? []);
      return writeCache(buildKit, request);
    },
    cache: { ...builderCache(nodes, version), buildRecords: () => recordsOf(nodes) },
  };
}

interface OpenNode extends BuilderNode {
  readonly buildKit: ReturnType<typeof builderBuildKit>;
}

function openNodes({ name, nodes }: FoundBuilder, options: UseBuilderOptions): readonly OpenNode[] {
  const { environment, folder: key } = options;
  return nodes.map((node) => {
    const label = nodes.length === 1 ? name : `${name} (${node.name})`;
    return { ...node, buildKit: builderBuildKit(node.address, { name: label, environment, key }) };
  });
}

/** @throws what the first node failed with, when none answers */
async function firstThatAnswers<Result>(
  nodes: readonly OpenNode[],
  ask: (node: OpenNode) => Promise<Result>,
): Promise<Result> {
  let failure: unknown;
  for (const node of nodes) {
    try {
      return await ask(node);
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

/** One that runs steps for the platforms; where none does, files can still be copied for them. */
async function chooseNode(nodes: readonly OpenNode[], platforms: readonly string[]): Promise<OpenNode> {
  const able: OpenNode[] = [];
  if (platforms.length === 0 || nodes.length === 1) able.push(...nodes);
  else
    for (const node of nodes) {
      const known = await platformsOf(node).catch((): readonly string[] => []);
      if (platforms.every((platform) => known.includes(platform))) able.push(node);
    }
  const candidates = able.length === 0 ? nodes : able;
  if (candidates.length === 1) return candidates[0] as OpenNode;
  return firstThatAnswers(candidates, async (node) => {
    await node.buildKit.ping();
    return node;
  });
}

async function platformsOf({ platforms, buildKit }: OpenNode): Promise<readonly string[]> {
  const { listPlatforms } = await import('../buildkit/platforms.ts');
  return platforms ?? listPlatforms(buildKit);
}

async function recordsOf(nodes: readonly { readonly buildKit: BuildKit }[]): Promise<readonly BuildRecord[]> {
  const { readBuildRecords } = await import('../buildkit/build-records.ts');
  return (await Promise.all(nodes.map(({ buildKit }) => readBuildRecords(buildKit)))).flat();
}
