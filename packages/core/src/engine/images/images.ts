import { z } from 'zod';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import { familiarImageName } from '../../site/image-name.ts';
import { askEngine } from '../ask-engine.ts';
import type { ImageDescription, ImageDetails, Images, LabelledImage, TaggedImage } from '../engine.ts';
import { platformOf } from '../platform-name.ts';
import type { EngineTransport } from '../transport.ts';
import { isSameRepository, parseReference } from './image-reference.ts';
import { loadImage } from './load-image.ts';
import { platformQuery } from './platform-query.ts';
import { readImageFile } from './read-image-file.ts';
import { findReadingContainers, removeReadingContainer } from './reading-containers.ts';
import { saveImage } from './save-image.ts';

/** Removing an image's last name deletes its layers, which takes its time on a slow disk. */
const REMOVE_WITHIN_MS = 5 * 60_000;

const Strings = z.array(z.string()).nullish();
const Labels = z.record(z.string(), z.string()).nullish();

const Listed = z.array(
  z.looseObject({ Id: z.string(), RepoTags: Strings, Created: z.number(), Size: z.number(), Labels }),
);

const Manifests = z
  .array(
    z.looseObject({
      Available: z.boolean().default(false),
      ImageData: z
        .looseObject({
          Platform: z.looseObject({
            os: z.string().optional(),
            architecture: z.string().optional(),
            variant: z.string().nullish(),
          }),
        })
        .nullish(),
    }),
  )
  .nullish();

const Inspected = z.looseObject({
  Id: z.string(),
  RepoTags: Strings,
  RepoDigests: Strings,
  Created: z.string().default(''),
  Size: z.number().default(0),
  Os: z.string().default('linux'),
  Architecture: z.string().default(''),
  Variant: z.string().nullish(),
  Config: z.looseObject({ Labels, Env: Strings }).nullish(),
  RootFS: z.looseObject({ Layers: Strings }).nullish(),
  Manifests,
});

const History = z.array(z.looseObject({ CreatedBy: z.string().nullish() }));

/**
 * The images of an engine.
 * @param platform of which indexes are read
 */
export function images(transport: EngineTransport, platform?: string): Images {
  return {
    list: (repository) => listByRepository(transport, repository),
    inspect: (reference) => inspectImage(transport, reference, platform),
    platformsOf: (reference) => listPlatforms(transport, reference),
    forPlatform: (wanted) => images(transport, wanted),
    async tag(image, reference) {
      const { repository, tag } = parseReference(reference);
      await transport.send({
        method: 'POST',
        path: `/images/${image}/tag`,
        query: { repo: repository, tag },
      });
    },
    async untag(reference) {
      const path = `/images/${reference}`;
      await unlessMissing(transport.send({ method: 'DELETE', path, answerWithinMs: REMOVE_WITHIN_MS }));
    },
    readFile: (image, path) => readImageFile(transport, { image, platform }, path),
    readingContainers: (names) => findReadingContainers(transport, names),
    removeReadingContainer: (id) => unlessMissing(removeReadingContainer(transport, id)),
    save: (image, signal) => saveImage(transport, { image, platform }, signal),
    describe: (image) => describeImage(transport, image, platform),
    listByLabel: (label) => listByLabel(transport, label),
    load: (archive, signal) => loadImage(transport, archive, signal),
  };
}

async function listByRepository(
  transport: EngineTransport,
  repository: string,
): Promise<readonly TaggedImage[]> {
  // Patterns as for file names. Docker compares them with the familiar name, other engines may with the full one.
  const names = [...new Set([familiarImageName(repository), repository])];
  const reference = names.map((name) => name.replace(/[[\]]/g, '\\$&'));
  const images = await listImages(transport, { reference });
  return images.flatMap(({ tags, ...image }) =>
    tags
      .map(parseReference)
      .filter((name) => isSameRepository(name.repository, repository))
      .map(({ tag }) => ({ ...image, tag })),
  );
}

function listByLabel(transport: EngineTransport, label: string): Promise<readonly LabelledImage[]> {
  return listImages(transport, { label: [label] });
}

/** Newest first. */
async function listImages(
  transport: EngineTransport,
  filters: Readonly<Record<string, readonly string[]>>,
): Promise<readonly LabelledImage[]> {
  const query = { filters: JSON.stringify(filters) };
  const listed = await askEngine(transport, { method: 'GET', path: '/images/json', query }, Listed);
  return listed
    .sort((a, b) => b.Created - a.Created)
    .map((image) => ({
      id: image.Id,
      tags: tagsOf(image.RepoTags),
      createdAt: new Date(image.Created * 1000).toISOString(),
      sizeBytes: image.Size,
      labels: image.Labels ?? {},
    }));
}

async function inspectImage(
  transport: EngineTransport,
  reference: string,
  platform: string | undefined,
): Promise<ImageDetails | undefined> {
  const request = { method: 'GET', path: `/images/${reference}/json` } as const;
  const whole = await unlessMissing(askEngine(transport, request, Inspected));
  if (whole === undefined) return undefined;
  const image =
    platform === undefined
      ? whole
      : await unlessMissing(askEngine(transport, { ...request, query: platformQuery(platform) }, Inspected));
  if (image === undefined) return undefined;
  return {
    id: whole.Id,
    tags: tagsOf(image.RepoTags),
    repoDigests: image.RepoDigests ?? [],
    createdAt: image.Created === '' ? '' : new Date(image.Created).toISOString(),
    sizeBytes: image.Size,
    labels: image.Config?.Labels ?? {},
    env: image.Config?.Env ?? [],
    layers: image.RootFS?.Layers ?? [],
    platform: platformOf({ os: image.Os, architecture: image.Architecture, variant: image.Variant }),
  };
}

/** Only API 1.48 and later list the manifests of an index, and only with containerd's image store. */
async function listPlatforms(transport: EngineTransport, reference: string): Promise<readonly string[]> {
  const request = {
    method: 'GET',
    path: `/images/${reference}/json`,
    query: { manifests: true },
  } as const;
  const image = await unlessMissing(askEngine(transport, request, Inspected));
  if (image === undefined) return [];
  const here = (image.Manifests ?? []).flatMap(({ Available, ImageData }) =>
    Available && ImageData ? [platformOf(ImageData.Platform)] : [],
  );
  const own = platformOf({ os: image.Os, architecture: image.Architecture, variant: image.Variant });
  return here.length < 2 ? [own] : here;
}

async function describeImage(
  transport: EngineTransport,
  image: string,
  platform: string | undefined,
): Promise<ImageDescription> {
  const query = platformQuery(platform);
  const inspected = await transport.json({ method: 'GET', path: `/images/${image}/json`, query });
  const history = { method: 'GET', path: `/images/${image}/history`, query } as const;
  return { inspected, history: await askEngine(transport, history, History) };
}

/**
 * Names with a tag. Docker lists an image without one as `<none>:<none>`, and containerd's image store one that was
 * pulled by its digest as `name@sha256:…`.
 */
function tagsOf(names: readonly string[] | null | undefined): string[] {
  return (names ?? []).filter((name) => !name.includes('<none>') && !name.includes('@'));
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isDeBuildError(error) && error.code === 'engine-object-missing') return undefined;
    throw error;
  }
}
