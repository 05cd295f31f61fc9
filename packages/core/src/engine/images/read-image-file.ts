import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Extract, extract } from 'tar-stream';
import { z } from 'zod';
import { imageFileTooLarge } from '../../errors/engine-setup-failures.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { parseJson } from '../../parse-json.ts';
import { askEngine } from '../ask-engine.ts';
import { explainStatus } from '../connection-error.ts';
import { readText } from '../read-text.ts';
import type { EngineTransport } from '../transport.ts';
import { READING_WITHIN_MS, readingLabels, removeReadingContainer } from './reading-containers.ts';

const STAT_HEADER = 'x-docker-container-path-stat';
const Created = z.looseObject({ Id: z.string() });
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
  transport: EngineTransport,
  { image, platform }: { readonly image: string; readonly platform: string | undefined },
  path: string,
): Promise<Buffer | undefined> {
  const Labels = await readingLabels();
  const { Id: container } = await askEngine(
    transport,
    {
      method: 'POST',
      path: '/containers/create',
      query: omitUndefined({ platform }),
      // Without a command, an image that has none makes no container.
      body: { Image: image, Cmd: ['never-started'], Labels, NetworkDisabled: true },
      answerWithinMs: READING_WITHIN_MS,
    },
    Created,
  );
  try {
    let wanted = posix.resolve('/', path);
    for (let links = 0; links <= SYMLINK_LIMIT; links++) {
      const found = await readOnce(transport, container, wanted, image);
      if (found === undefined || Buffer.isBuffer(found)) return found;
      wanted = posix.resolve(posix.dirname(wanted), found.linkTarget);
    }
    return undefined;
  } finally {
    await removeReadingContainer(transport, container);
  }
}

async function readOnce(
  transport: EngineTransport,
  containerId: string,
  path: string,
  image: string,
): Promise<Buffer | { readonly linkTarget: string } | undefined> {
  const asked = { method: 'GET', path: `/containers/${containerId}/archive` } as const;
  const answer = await transport.request({
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
    // Only the first entry matters; closing the stream after it is an error to the pipe.
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
  return stat.success && (stat.data.mode & SYMLINK_BIT) !== 0 ? stat.data.linkTarget : undefined;
}
