import { z } from 'zod';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import type { DockerodeClient } from '../dockerode-client.ts';
import type { ImageDescription, ImageDetails, Images, LabelledImage, TaggedImage } from '../engine.ts';
import { understand } from '../understand.ts';
import { isSameRepository, parseReference } from './image-reference.ts';
import { loadImage } from './load-image.ts';
import { readImageFile } from './read-image-file.ts';
import { findReadingContainers, removeReadingContainer } from './reading-containers.ts';
import { saveImage } from './save-image.ts';

/** Taking an image's last name away deletes its layers, which takes its time on a slow disk. */
const REMOVE_WITHIN_MS = 5 * 60_000;

const Strings = z.array(z.string()).nullish();
const Labels = z.record(z.string(), z.string()).nullish();

const Listed = z.array(
  z.looseObject({ Id: z.string(), RepoTags: Strings, Created: z.number(), Size: z.number(), Labels }),
);

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
});

const History = z.array(z.looseObject({ CreatedBy: z.string().nullish() }));

/** The images of an engine. */
export function images(client: DockerodeClient): Images {
  return {
    list: (repository) => listImages(client, repository),
    inspect: (reference) => inspectImage(client, reference),
    async tag(image, reference) {
      const { repository, tag } = parseReference(reference);
      await client.call(`POST /images/${image}/tag`, (docker) =>
        docker.getImage(image).tag({ repo: repository, tag }),
      );
    },
    async untag(reference) {
      await unlessMissing(
        client.call(
          `DELETE /images/${reference}`,
          (docker) => docker.getImage(reference).remove({ noprune: false }),
          REMOVE_WITHIN_MS,
        ),
      );
    },
    readFile: (image, path) => readImageFile(client, image, path),
    readingContainers: (names) => findReadingContainers(client, names),
    removeReadingContainer: (id) => unlessMissing(removeReadingContainer(client, id)),
    save: (image, signal) => saveImage(client.transport, image, signal),
    describe: (image) => describeImage(client, image),
    listByLabel: (label) => listByLabel(client, label),
    load: (archive, signal) => loadImage(client.transport, archive, signal),
  };
}

/** Newest first. */
async function listImages(client: DockerodeClient, repository: string): Promise<readonly TaggedImage[]> {
  const asked = 'GET /images/json';
  const filters = { reference: [repository] };
  const listed = understand(
    Listed,
    asked,
    await client.call(asked, (docker) => docker.listImages({ filters })),
  );
  return listed
    .flatMap((image) =>
      (image.RepoTags ?? [])
        .map(parseReference)
        .filter((name) => isSameRepository(name.repository, repository))
        .map(({ tag }) => ({
          id: image.Id,
          tag,
          createdAt: new Date(image.Created * 1000).toISOString(),
          sizeBytes: image.Size,
          labels: image.Labels ?? {},
        })),
    )
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0));
}

/** Newest first. */
async function listByLabel(client: DockerodeClient, label: string): Promise<readonly LabelledImage[]> {
  const asked = 'GET /images/json';
  const filters = { label: [label] };
  const listed = understand(
    Listed,
    asked,
    await client.call(asked, (docker) => docker.listImages({ filters })),
  );
  return listed
    .map((image) => ({
      id: withAlgorithm(image.Id),
      tags: tagsOf(image.RepoTags),
      createdAt: new Date(image.Created * 1000).toISOString(),
      sizeBytes: image.Size,
      labels: image.Labels ?? {},
    }))
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0));
}

async function inspectImage(client: DockerodeClient, reference: string): Promise<ImageDetails | undefined> {
  const asked = `GET /images/${reference}/json`;
  const answer = await unlessMissing(client.call(asked, (docker) => docker.getImage(reference).inspect()));
  if (answer === undefined) return undefined;
  const image = understand(Inspected, asked, answer);
  const variant = image.Variant ? `/${image.Variant}` : '';
  return {
    id: withAlgorithm(image.Id),
    tags: tagsOf(image.RepoTags),
    repoDigests: image.RepoDigests ?? [],
    createdAt: image.Created === '' ? '' : new Date(image.Created).toISOString(),
    sizeBytes: image.Size,
    labels: image.Config?.Labels ?? {},
    env: image.Config?.Env ?? [],
    layers: image.RootFS?.Layers ?? [],
    platform: `${image.Os}/${image.Architecture}${variant}`,
  };
}

async function describeImage(client: DockerodeClient, image: string): Promise<ImageDescription> {
  const inspected = await client.call(`GET /images/${image}/json`, (docker) =>
    docker.getImage(image).inspect(),
  );
  const asked = `GET /images/${image}/history`;
  const history = await client.call(asked, (docker) => docker.getImage(image).history());
  return { inspected, history: understand(History, asked, history) };
}

/**
 * Names with a tag, as Docker writes them. Docker lists an image without one as `<none>:<none>`, and containerd's image
 * store one that was pulled by its digest as `name@sha256:…`.
 */
function tagsOf(names: readonly string[] | null | undefined): string[] {
  return (names ?? [])
    .filter((name) => !name.includes('<none>') && !name.includes('@'))
    .map(parseReference)
    .map(({ repository, tag }) => `${repository}:${tag}`);
}

/** Podman leaves the algorithm out in places. */
export function withAlgorithm(id: string): string {
  return id.includes(':') ? id : `sha256:${id}`;
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isDeBuildError(error) && error.code === 'engine-object-missing') return undefined;
    throw error;
  }
}
