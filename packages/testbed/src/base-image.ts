import { createReadStream } from 'node:fs';
import { pack } from 'tar-stream';
import { requestEngine } from './engine-request.ts';
import { canStartPrivateEngine } from './private-engine.ts';
import {
  type ExampleRootName,
  ensureBusyboxArchive,
  ensureExampleArchive,
  examplePackages,
} from './root-file-system.ts';

/** A shell and its commands, for tests that need nothing else. */
export const BUSYBOX_IMAGE = 'de-build-testbed/busybox:1';
/** What the example site is built on: git, Python and the user `frappe`. */
export const EXAMPLE_BASE_IMAGE = 'de-build-example/base:bookworm';

/** What the example site runs on: gunicorn, rq, nginx, a client of MariaDB, the user `frappe`. */
export const EXAMPLE_RUNTIME_IMAGE = 'de-build-example/runtime:bookworm';
/** MariaDB and Redis. */
export const EXAMPLE_SERVICES_IMAGE = 'de-build-example/services:bookworm';

type BaseImage =
  | typeof BUSYBOX_IMAGE
  | typeof EXAMPLE_BASE_IMAGE
  | typeof EXAMPLE_RUNTIME_IMAGE
  | typeof EXAMPLE_SERVICES_IMAGE;

/**
 * Adds missing base images to an engine: built from the distribution if possible, otherwise pulled.
 * @returns those that it added
 */
export async function ensureBaseImages(
  host: string,
  images: readonly BaseImage[] = [BUSYBOX_IMAGE, EXAMPLE_BASE_IMAGE],
): Promise<readonly BaseImage[]> {
  const make = canMakeRootFileSystems() ? IMPORTED : PULLED;
  const added = await Promise.all(
    images.map(async (image) => {
      if (await hasImage(host, image)) return undefined;
      await make[image](host);
      return image;
    }),
  );
  return added.filter((image) => image !== undefined);
}

/** Removes every tag of a repository from an engine, and the images that then have no tag. */
export async function removeRepository(host: string, repository: string): Promise<void> {
  const filters = JSON.stringify({ reference: [repository] });
  const listed = await requestEngine(host, { path: `/images/json?${new URLSearchParams({ filters })}` });
  const images = JSON.parse(listed) as readonly { readonly RepoTags: readonly string[] | null }[];
  for (const tag of images.flatMap((image) => image.RepoTags ?? [])) {
    if (!tag.startsWith(`${repository}:`)) continue;
    await requestEngine(host, { method: 'DELETE', path: `/images/${encodeURIComponent(tag)}` });
  }
}

type CreateImage = (host: string) => Promise<void>;

const IMPORTED: Readonly<Record<BaseImage, CreateImage>> = {
  [BUSYBOX_IMAGE]: async (host) => importImage(host, BUSYBOX_IMAGE, await ensureBusyboxArchive()),
  [EXAMPLE_BASE_IMAGE]: (host) => importExample(host, EXAMPLE_BASE_IMAGE, 'base'),
  [EXAMPLE_RUNTIME_IMAGE]: (host) => importExample(host, EXAMPLE_RUNTIME_IMAGE, 'runtime'),
  [EXAMPLE_SERVICES_IMAGE]: (host) => importExample(host, EXAMPLE_SERVICES_IMAGE, 'services'),
};

/** For a Docker on another system, where there is no debootstrap. */
const PULLED: Readonly<Record<BaseImage, CreateImage>> = {
  [BUSYBOX_IMAGE]: (host) => buildImage(host, BUSYBOX_IMAGE, 'FROM busybox:1\n'),
  [EXAMPLE_BASE_IMAGE]: (host) => installExample(host, EXAMPLE_BASE_IMAGE, 'base'),
  [EXAMPLE_RUNTIME_IMAGE]: (host) => installExample(host, EXAMPLE_RUNTIME_IMAGE, 'runtime'),
  [EXAMPLE_SERVICES_IMAGE]: (host) => installExample(host, EXAMPLE_SERVICES_IMAGE, 'services'),
};

async function importExample(host: string, image: string, root: ExampleRootName): Promise<void> {
  await importImage(host, image, await ensureExampleArchive(root));
}

function installExample(host: string, image: string, root: ExampleRootName): Promise<void> {
  const dockerfile = [
    'FROM debian:bookworm-slim',
    `RUN apt-get update && apt-get install --no-install-recommends -y ${examplePackages(root).join(' ')} \\`,
    '  && rm -rf /var/lib/apt/lists/* && useradd --create-home --uid 1000 --shell /bin/bash frappe',
    '',
  ];
  return buildImage(host, image, dockerfile.join('\n'));
}

/** debootstrap needs what a private engine needs. */
function canMakeRootFileSystems(): boolean {
  return canStartPrivateEngine().allowed;
}

async function hasImage(host: string, image: string): Promise<boolean> {
  return requestEngine(host, { path: `/images/${image}/json` }).then(
    () => true,
    () => false,
  );
}

async function importImage(host: string, image: string, archive: string): Promise<void> {
  const [repository = '', tag = ''] = image.split(':');
  const query = new URLSearchParams({
    fromSrc: '-',
    repo: repository,
    tag,
    message: 'Made by the testbed of de-build',
  });
  query.append('changes', 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
  query.append('changes', 'CMD ["/bin/sh"]');
  const answer = await requestEngine(host, {
    method: 'POST',
    path: `/images/create?${query}`,
    body: createReadStream(archive),
  });
  assertDone(image, answer);
}

async function buildImage(host: string, image: string, dockerfile: string): Promise<void> {
  const context = pack();
  context.entry({ name: 'Dockerfile' }, dockerfile);
  context.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of context) chunks.push(chunk as Buffer);
  const answer = await requestEngine(host, {
    method: 'POST',
    path: `/build?${new URLSearchParams({ t: image, pull: 'true' })}`,
    body: Buffer.concat(chunks),
  });
  assertDone(image, answer);
}

/** The engine reports errors inside a 200 answer. */
function assertDone(image: string, answer: string): void {
  const error = /"error":"(?<text>(?:[^"\\]|\\.)*)"/.exec(answer)?.groups?.text;
  if (error !== undefined) throw new Error(`${image} could not be made: ${error}`);
}
