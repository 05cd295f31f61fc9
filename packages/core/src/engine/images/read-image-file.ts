import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Extract, extract } from 'tar-stream';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import { imageFileTooLarge } from '../../errors/engine-setup-failures.ts';
import type { DockerodeClient } from '../dockerode-client.ts';

/** Containers that exist only to be read carry this label, so that a crash's leftovers can be found. */
export const TEMPORARY_LABEL = 'de-build.temporary';

const SIZE_LIMIT = 16 * 1024 * 1024;
const SYMLINK_LIMIT = 16;
/** Making a container copies what the image holds at its volumes. */
const CREATE_WITHIN_MS = 5 * 60_000;

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
  const container = await client.call(
    'POST /containers/create',
    (docker) =>
      docker.createContainer({
        Image: image,
        // An image without a command of its own can't be made a container of otherwise.
        Cmd: ['never-started'],
        Labels: { [TEMPORARY_LABEL]: '1' },
        NetworkDisabled: true,
      }),
    CREATE_WITHIN_MS,
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
    await client.call(
      `DELETE /containers/${container.id.slice(0, 12)}`,
      () => container.remove({ v: true, force: true }),
      CREATE_WITHIN_MS,
    );
  }
}

async function readOnce(
  client: DockerodeClient,
  containerId: string,
  path: string,
  image: string,
): Promise<Buffer | { readonly linkTarget: string } | undefined> {
  const archive = await archiveOf(client, containerId, path);
  if (archive === undefined) return undefined;
  const entries = extract();
  const found = firstEntry(entries, path, image);
  // What comes after the first entry is of no interest, and cutting it off is an error to the pipe.
  pipeline(archive, entries).catch((error) => entries.destroy(error));
  try {
    return await found;
  } finally {
    archive.destroy();
  }
}

async function firstEntry(
  entries: Extract,
  path: string,
  image: string,
): Promise<Buffer | { readonly linkTarget: string } | undefined> {
  for await (const entry of entries) {
    const { type, linkname, size = 0 } = entry.header;
    if (type === 'symlink') return { linkTarget: linkname ?? '' };
    if (type !== 'file') return undefined;
    if (size > SIZE_LIMIT) throw imageFileTooLarge(path, image, SIZE_LIMIT);
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }
  return undefined;
}

async function archiveOf(
  client: DockerodeClient,
  containerId: string,
  path: string,
): Promise<Readable | undefined> {
  try {
    return await client.call(
      `GET /containers/${containerId.slice(0, 12)}/archive`,
      (docker) => docker.getContainer(containerId).getArchive({ path }),
      CREATE_WITHIN_MS,
    );
  } catch (error) {
    if (isDeBuildError(error) && error.code === 'engine-object-missing') return undefined;
    throw error;
  }
}
