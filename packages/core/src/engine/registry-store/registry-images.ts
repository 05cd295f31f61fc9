import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { z } from 'zod';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import { engineNeeded, registryAnswerWrong } from '../../errors/engine-image-failures.ts';
import { parseJson } from '../../parse-json.ts';
import type { ImageDetails, Images, TaggedImage } from '../engine.ts';
import { isSameRepository, parseReference } from '../images/image-reference.ts';
import { isSamePlatform, platformOf } from '../platform-name.ts';
import { readText } from '../read-text.ts';
import { findInLayers } from './find-in-layers.ts';
import type { RegistryClient, StoredManifest } from './registry-client.ts';

const Descriptor = z.looseObject({ digest: z.string(), size: z.number() });
const Platform = z.looseObject({ os: z.string(), architecture: z.string(), variant: z.string().nullish() });
/** Of OCI's image specification, or Docker's manifest list: an image for each platform. */
const Index = z.looseObject({
  manifests: z.array(z.looseObject({ digest: z.string(), platform: Platform.nullish() })),
});
/** Of OCI's image specification, and Docker's version 2, schema 2: one platform. */
const Manifest = z.looseObject({ config: Descriptor, layers: z.array(Descriptor) });
const Config = z.looseObject({
  created: z.string().default(''),
  os: z.string().default('linux'),
  architecture: z.string().default(''),
  variant: z.string().nullish(),
  config: z
    .looseObject({
      Labels: z.record(z.string(), z.string()).nullish(),
      Env: z.array(z.string()).nullish(),
    })
    .nullish(),
  rootfs: z.looseObject({ diff_ids: z.array(z.string()) }),
  history: z.array(z.looseObject({ created_by: z.string().nullish() })).default([]),
});

interface StoredImage {
  readonly stored: StoredManifest;
  readonly manifest: z.infer<typeof Manifest>;
  readonly config: z.infer<typeof Config>;
}

/** How many images of a list are read at a time. */
const AT_A_TIME = 8;

/**
 * The images of one repository in a registry. An image's id is the digest of its manifest; what has no tag is found by it.
 * @param repository with its registry: `registry.example.com/acme/erp`
 * @param platform of which indexes are read; by default the first that they list
 */
export function registryImages(client: RegistryClient, repository: string, platform?: string): Images {
  const [host = ''] = repository.split('/');
  const wrong = (problem: string) => registryAnswerWrong(host, repository, problem);

  /** What is of another repository is not here. */
  const referenceOf = (name: string): string | undefined => {
    if (name.startsWith('sha256:')) return name;
    const [tagged = '', digest] = name.split('@');
    if (digest !== undefined) return isSameRepository(tagged, repository) ? digest : undefined;
    const { repository: other, tag } = parseReference(name);
    return isSameRepository(other, repository) ? tag : undefined;
  };

  const readStored = async (name: string, signal?: AbortSignal): Promise<StoredManifest | undefined> => {
    const reference = referenceOf(name);
    return reference === undefined ? undefined : client.manifest(reference, signal);
  };

  const read = async (name: string, signal?: AbortSignal): Promise<StoredImage | undefined> => {
    const stored = await readStored(name, signal);
    if (stored === undefined) return undefined;
    const parts = partsOf(stored);
    const part = parts?.find((one) => platform === undefined || isSamePlatform(one.platform, platform));
    if (parts !== undefined && part === undefined) return undefined;
    const own = part === undefined ? stored : await client.manifest(part.digest, signal);
    if (own === undefined) return undefined;
    const manifest = parse(Manifest, own.bytes.toString(), () => wrong(`It is not the manifest of ${name}.`));
    const text = await readText(await client.blob(manifest.config.digest, signal));
    return {
      stored,
      manifest,
      config: parse(Config, text, () => wrong(`It is not the configuration of ${name}.`)),
    };
  };

  const readExisting = async (name: string, signal?: AbortSignal): Promise<StoredImage> => {
    const image = await read(name, signal);
    if (image === undefined) throw wrong(`It has no ${name}, which was there before.`);
    return image;
  };

  const inspect = async (name: string): Promise<ImageDetails | undefined> => {
    const image = await read(name);
    if (image === undefined) return undefined;
    const reference = referenceOf(name) ?? '';
    return detailsOf(
      image,
      repository,
      reference.startsWith('sha256:') ? [] : [`${repository}:${reference}`],
    );
  };

  const ownTag = (reference: string): string => {
    const { repository: other, tag } = parseReference(reference);
    if (!isSameRepository(other, repository)) throw engineNeeded(`The name ${reference}`);
    return tag;
  };

  return {
    inspect,
    async platformsOf(name) {
      const stored = await readStored(name);
      if (stored === undefined) return [];
      const own = async () => (await readExisting(name)).config;
      return partsOf(stored)?.map((part) => part.platform) ?? [platformOf(await own())];
    },
    forPlatform: (wanted) => registryImages(client, repository, wanted),
    async list(asked) {
      if (!isSameRepository(asked, repository)) return [];
      const waiting = (await client.tags()).values();
      const found: TaggedImage[] = [];
      const work = async () => {
        for (const tag of waiting) {
          const image = await inspect(`${repository}:${tag}`);
          if (image !== undefined) found.push({ ...image, tag });
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, work));
      return found.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
    },
    async tag(name, reference) {
      const tag = ownTag(reference);
      const { stored } = await readExisting(name);
      await client.tag(stored, tag);
    },
    async untag(reference) {
      const { repository: other, tag } = parseReference(reference);
      // What an earlier run left pending may be of the repository that the site named then.
      if (!isSameRepository(other, repository)) return;
      if ((await client.manifest(tag)) !== undefined) await client.untag(tag);
    },
    async readFile(name, path) {
      const image = await read(name);
      return image && findInLayers(image.manifest.layers, path, client);
    },
    async save(name, signal) {
      const image = await readExisting(name, signal);
      if (platform === undefined && (partsOf(image.stored) ?? []).length > 1)
        throw engineNeeded('An archive of an image for several platforms');
      const fault = ({ message }: Error) => wrong(`A layer of ${name} is damaged: ${message}.`);
      return saveImage(image.manifest, { client, fault }, signal);
    },
    async describe(name) {
      const { config } = await readExisting(name);
      const history = config.history.map(({ created_by }) => ({ CreatedBy: created_by })).reverse();
      return { inspected: { ...config, Config: config.config }, history };
    },
    listByLabel: async () => [],
    readingContainers: async () => [],
    removeReadingContainer: async () => undefined,
    load: () => Promise.reject(engineNeeded('Loading an archive')),
  };
}

/** The images of an index without its attestations, which are for the platform `unknown`; `undefined` when it is none. */
function partsOf({
  bytes,
}: StoredManifest): readonly { readonly digest: string; readonly platform: string }[] | undefined {
  const index = Index.safeParse(parseJson(bytes.toString()));
  return index.data?.manifests.flatMap(({ digest, platform }) =>
    platform && platform.os !== 'unknown' ? [{ digest, platform: platformOf(platform) }] : [],
  );
}

function detailsOf(
  { stored, manifest, config }: StoredImage,
  repository: string,
  tags: readonly string[],
): ImageDetails {
  const { created } = config;
  return {
    id: stored.digest,
    tags,
    createdAt: created === '' ? '' : new Date(created).toISOString(),
    sizeBytes: manifest.layers.reduce((sum, { size }) => sum + size, 0),
    labels: config.config?.Labels ?? {},
    repoDigests: [`${repository}@${stored.digest}`],
    env: config.config?.Env ?? [],
    layers: config.rootfs.diff_ids,
    platform: platformOf(config),
  };
}

/** As `docker save` writes an image in OCI's layout, as far as it is read here. */
function saveImage(
  { config, layers }: z.infer<typeof Manifest>,
  { client, fault }: { readonly client: RegistryClient; readonly fault: (error: Error) => Error },
  signal: AbortSignal | undefined,
): Readable {
  const tar = pack();
  const output = new PassThrough();
  const pathOf = (digest: string) => `blobs/${digest.replace(':', '/')}`;
  const unique = [...new Map([config, ...layers].map((one) => [one.digest, one])).values()];
  const writing = async () => {
    for (const { digest, size } of unique) {
      await pipeline(await client.blob(digest, signal), tar.entry({ name: pathOf(digest), size }));
    }
    const listed = [{ Config: pathOf(config.digest), Layers: layers.map(({ digest }) => pathOf(digest)) }];
    tar.entry({ name: 'manifest.json' }, JSON.stringify(listed));
    tar.finalize();
  };
  pipeline(tar, output).catch(() => undefined);
  writing().catch((error: Error) => {
    const told = isDeBuildError(error) || signal?.aborted ? error : fault(error);
    tar.destroy(told);
    output.destroy(told);
  });
  return output;
}

function parse<Schema extends z.ZodType>(schema: Schema, text: string, fault: () => Error): z.infer<Schema> {
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) throw fault();
  return parsed.data;
}
