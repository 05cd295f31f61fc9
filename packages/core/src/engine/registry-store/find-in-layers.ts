import { once } from 'node:events';
import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Extract, extract } from 'tar-stream';
import { imageFileTooLarge } from '../../errors/engine-setup-failures.ts';
import type { RegistryClient } from './registry-client.ts';

const SIZE_LIMIT = 16 * 1024 * 1024;
const SYMLINK_LIMIT = 16;
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/**
 * One file's bytes, from the highest layer that has it; a symbolic link is followed, one among its folders is not.
 * @param layers the lowest first
 * @throws DeBuildError `image-file-too-large` above 16 MiB, `registry-*`
 */
export async function findInLayers(
  layers: readonly { readonly digest: string }[],
  path: string,
  client: Pick<RegistryClient, 'blob'>,
): Promise<Buffer | undefined> {
  let wanted = posix.resolve('/', path);
  for (let links = 0; links <= SYMLINK_LIMIT; links++) {
    const found = await findOnce(layers, wanted, client);
    if (found === undefined || Buffer.isBuffer(found)) return found;
    wanted = posix.resolve(posix.dirname(wanted), found.linkTarget);
  }
  return undefined;
}

type Found = Buffer | { readonly linkTarget: string };

async function findOnce(
  layers: readonly { readonly digest: string }[],
  path: string,
  client: Pick<RegistryClient, 'blob'>,
): Promise<Found | undefined> {
  for (const { digest } of layers.toReversed()) {
    const blob = await client.blob(digest);
    const entries = extract();
    const source = await decompress(blob);
    source.on('error', (error) => entries.destroy(error));
    source.pipe(entries);
    try {
      const found = await findInLayer(entries, path, digest);
      await drain(blob);
      if (found !== 'not-here') return found;
    } catch (error) {
      await drain(blob);
      throw error;
    } finally {
      blob.destroy();
      source.destroy();
    }
  }
  return undefined;
}

/** What was read of a layer counts only if all of it is what it should be. @throws what the stream fails with */
async function drain(blob: Readable): Promise<void> {
  blob.unpipe();
  await finished(blob.resume());
}

async function findInLayer(
  entries: Extract,
  path: string,
  layer: string,
): Promise<Found | undefined | 'not-here'> {
  let isHidden = false;
  for await (const entry of entries) {
    const { name, type, linkname, size = 0 } = entry.header;
    const at = posix.resolve('/', name);
    if (at === path && type === 'symlink') return { linkTarget: linkname ?? '' };
    if (at === path && type === 'file') {
      if (size > SIZE_LIMIT) throw imageFileTooLarge(path, layer, SIZE_LIMIT);
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    }
    isHidden ||= hides(at, path);
    entry.resume();
  }
  return isHidden ? undefined : 'not-here';
}

/** Whether an entry removes the path, or a folder of it, of the layers below (OCI's image specification). */
function hides(entry: string, path: string): boolean {
  const [folder, name] = [posix.dirname(entry), posix.basename(entry)];
  const isBelow = (parent: string) => path === parent || path.startsWith(parent === '/' ? '/' : `${parent}/`);
  if (name === OPAQUE) return isBelow(folder);
  return name.startsWith(WHITEOUT) && isBelow(posix.join(folder, name.slice(WHITEOUT.length)));
}

/** Layers are gzip, or not packed. */
async function decompress(blob: Readable): Promise<Readable> {
  await once(blob, 'readable');
  const head = blob.read() as Buffer | null;
  if (head !== null) blob.unshift(head);
  if (head?.[0] !== 0x1f || head[1] !== 0x8b) return blob;
  const unpacked = createGunzip();
  blob.on('error', (error) => unpacked.destroy(error));
  return blob.pipe(unpacked);
}
