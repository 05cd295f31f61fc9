import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { type ContentWriter, openContentWriter } from '../../disk/content-writer.ts';
import { ifMissing } from '../../disk/if-missing.ts';
import { makeFolders } from '../../disk/make-folders.ts';
import { writeWhole } from '../../disk/write-whole.ts';
import { parseJson } from '../../parse-json.ts';

/** A folder in the layout of OCI images, as buildx's `type=local` keeps a cache. */
export interface ContentFolder {
  /** In bytes; `undefined` when it does not have that content. */
  size(digest: string): Promise<number | undefined>;
  read(digest: string, range: { readonly offset: number; readonly size: number }): Readable;
  write(): Promise<ContentWriter>;
  /** The digest that a tag names. */
  resolve(tag: string): Promise<string | undefined>;
  /** Lets a tag name a manifest that was written before. @param descriptor as OCI writes one */
  tag(tag: string, descriptor: object): Promise<void>;
}

const TAG = 'org.opencontainers.image.ref.name';
const manifestSchema = z.looseObject({
  digest: z.string(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const indexSchema = z.looseObject({ manifests: z.array(manifestSchema).default([]) });

/** @param folder made, for its owner only, when something is written; the code of private apps may be in it */
export function openContentFolder(folder: string): ContentFolder {
  const indexPath = join(folder, 'index.json');
  const pathOf = (digest: string) => {
    const [, algorithm, hash] = /^(sha256|sha512):([0-9a-f]{64,128})$/.exec(digest) ?? [];
    if (algorithm === undefined || hash === undefined) throw new RangeError(`${digest} is no digest`);
    return join(folder, 'blobs', algorithm, hash);
  };
  const readIndex = async () => {
    const text = await ifMissing(readFile(indexPath, 'utf8'), undefined);
    // What is no index names nothing, and is replaced by the next one.
    return text === undefined ? undefined : indexSchema.safeParse(parseJson(text)).data;
  };
  return {
    size: (digest) =>
      ifMissing(
        stat(pathOf(digest)).then(({ size }) => size),
        undefined,
      ),
    read: (digest, { offset, size }) =>
      createReadStream(pathOf(digest), { start: offset, ...(size === 0 ? {} : { end: offset + size - 1 }) }),
    async write() {
      const ingest = join(folder, 'ingest');
      await makeFolders(ingest, 0o700);
      return openContentWriter(join(ingest, randomBytes(8).toString('hex')), pathOf);
    },
    async resolve(tag) {
      const index = await readIndex();
      return index?.manifests.find(({ annotations }) => annotations?.[TAG] === tag)?.digest;
    },
    async tag(tag, descriptor) {
      const index = await readIndex();
      const others = (index?.manifests ?? []).filter(({ annotations }) => annotations?.[TAG] !== tag);
      const manifests = [...others, { ...descriptor, annotations: { [TAG]: tag } }];
      const mediaType = 'application/vnd.oci.image.index.v1+json';
      await writeWhole(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
      await writeWhole(indexPath, JSON.stringify({ schemaVersion: 2, mediaType, ...index, manifests }));
    },
  };
}
