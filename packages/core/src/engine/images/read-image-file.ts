import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Extract, extract } from 'tar-stream';
import { z } from 'zod';
import { imageFileTooLarge } from '../../errors/engine-setup-failures.ts';
import { explainStatus } from '../connection-error.ts';
import type { DockerodeClient } from '../dockerode-client.ts';
import { readText } from '../read-text.ts';
import { READING_WITHIN_MS, readingLabels, removeReadingContainer } from './reading-containers.ts';

const STAT_HEADER = 'x-docker-container-path-stat';
const PathStat = z.looseObject({ mode: z.number(), linkTarget: z.string() });
/** Of Go's FileMode. */
const SYMLINK_BIT = 1 << 27;
const SIZE_LIMIT = 16 * 1024 * 1024;
const SYMLINK_LIMIT = 16;

/**
 * One file's bytes out of an image, through a container that is created, never started, and removed with its
 * volumes. Symbolic links are followed inside the image. `undefined` when there is no such regular file.
 * @throws DeBuildError `image-file-too-large` above 16 MiB; `engine-*`
 */
export async function readImageFile(
  client: DockerodeClient,
  image: string,
  path: string,
): Promise<Buffer | undefined> {
  const Labels = await readingLabels();
  const container = await client.call(
    'POST /containers/create',
    (docker) =>
      docker.createContainer({
        Image: image,
        // An image without a command of its own can't be made a container of otherwise.
        Cmd: ['never-started'],
        Labels,
        NetworkDisabled: true,
      }),
    READING_WITHIN_MS,
  );
  try {
    let wanted = posix.resolve('/', path);
    for (let links = 0; links <= SYMLINK_LIMIT; links++) {
      const found = await readOnce(client, container.id, wanted, image);
      if (found === undefined || Buffer.isBuffer(found)) return found;
      wanted = posix.resolve(posix.dirname(wanted), found.linkTarget);
    }
    return undefined;
  } finally {
    await removeReadingContainer(client, container.id);
  }
}

async function readOnce(
  client: DockerodeClient,
  containerId: string,
  path: string,
  image: string,
): Promise<Buffer | { readonly linkTarget: string } | undefined> {
  const asked = { method: 'GET', path: `/containers/${containerId}/archive` } as const;
  const answer = await client.transport.request({
    ...asked,
    query: { path },
    answerWithinMs: READING_WITHIN_MS,
  });
  try {
    if (answer.status === 404) return undefined;
    if (answer.status >= 400) {
      throw explainStatus(answer.status, await readText(answer.body), `GET ${path} of ${image}`);
    }
    const target = linkTarget(answer.headers[STAT_HEADER]);
    if (target !== undefined) return { linkTarget: target };
    const entries = extract();
    // What comes after the first entry is of no interest, and cutting it off is an error to the pipe.
    pipeline(answer.body, entries).catch((error) => entries.destroy(error));
    return await firstFile(entries, path, image);
  } finally {
    answer.body.destroy();
  }
}

async function firstFile(entries: Extract, path: string, image: string): Promise<Buffer | undefined> {
  for await (const entry of entries) {
    const { type, size } = entry.header;
    if (type !== 'file') return undefined;
    if (size > SIZE_LIMIT) throw imageFileTooLarge(path, image, SIZE_LIMIT);
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }
  return undefined;
}

/** Where a symbolic link leads, as the engine resolved it inside the container; `undefined` for everything else. */
function linkTarget(header: string | readonly string[] | undefined): string | undefined {
  const stat = PathStat.safeParse(parseJson(Buffer.from(String(header ?? ''), 'base64').toString('utf8')));
  // Podman names a target for whatever it is.
  return stat.success && (stat.data.mode & SYMLINK_BIT) !== 0 ? stat.data.linkTarget : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
