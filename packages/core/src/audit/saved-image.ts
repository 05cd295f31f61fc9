import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { parseJson } from '../parse-json.ts';
import {
  type ContentSink,
  collectContent,
  sniffContent,
  TAR_HEADER_BYTES,
  UNDECIDED,
} from './content-sink.ts';
import { createLayerReader, type Layer, type LayerListener, type TakeNote } from './layer.ts';
import { type OpenedLayer, openLayer } from './layer-stream.ts';
import type { TarEntry } from './tar-header.ts';
import { createTarReader } from './tar-reader.ts';
import { TarError } from './tar-text.ts';

/** Both layouts of `docker save` have it. */
const SavedManifest = z.array(z.looseObject({ Config: z.string(), Layers: z.array(z.string()) })).min(1);

const MANIFEST = 'manifest.json';
/** Manifests and configurations are kilobytes. */
const DOCUMENT_LIMIT = 16 * 1024 * 1024;

export type { LayerListener } from './layer.ts';

/** Sees the bytes of a saved image while it is read. */
export interface ImageListener {
  /** @param blob path of the layer in the saved image */
  layer(blob: string): LayerListener | undefined;
  /** Called for the image's configuration and other documents, unless they are unreasonably large. */
  document(path: string, content: Buffer): void;
}

export interface SavedImage<Note> {
  /** The lowest first. */
  readonly layers: readonly Layer<Note>[];
  /** Path of each layer in the saved image. */
  readonly blobs: readonly string[];
  /** Path of its configuration. */
  readonly config: string;
}

export interface SavedImageOptions<Note> {
  /** Without it no files are read, only what each layer removes. */
  readonly takeNote?: TakeNote<Note> | undefined;
  readonly listener?: ImageListener | undefined;
  /** Called with the length of each chunk. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Reads what `docker save` writes, in one pass. `manifest.json`, which holds the order of the layers, comes last; so each
 * layer is read as it comes, and they are put in order at the end. Contents of files are not kept in memory.
 * @throws TarError when it is not what `docker save` writes; what the stream fails with
 */
export async function readSavedImage<Note>(
  stream: Readable,
  { takeNote, listener, onBytes }: SavedImageOptions<Note>,
): Promise<SavedImage<Note>> {
  const layers = new Map<string, Promise<Layer<Note>>>();
  const links = new Map<string, string>();
  const open = new Set<OpenedLayer<Note>>();
  let manifest: Buffer = Buffer.alloc(0);

  const openBlob = (path: string, head: Buffer): ContentSink | undefined => {
    const layer = openLayer(head, () => createLayerReader({ takeNote, listener: listener?.layer(path) }));
    if (layer === undefined) {
      return listener && collectContent((content) => listener.document(path, content), DOCUMENT_LIMIT);
    }
    const close = () => open.delete(layer);
    open.add(layer);
    layers.set(path, layer.whole);
    // It is awaited at the end; until then a failure must not count as unhandled.
    layer.whole.then(close, close);
    return layer;
  };

  const visit = (entry: TarEntry): ContentSink | undefined => {
    const path = posix.normalize(entry.path);
    // The legacy layout writes a layer that comes twice as a link to the first.
    if (entry.kind === 'symlink') links.set(path, posix.join(posix.dirname(path), entry.linkname));
    if (entry.kind === 'hard-link') links.set(path, posix.normalize(entry.linkname));
    if (entry.kind !== 'file') return undefined;
    if (path !== MANIFEST) {
      return sniffContent((head, isWhole) =>
        isWhole || head.length >= TAR_HEADER_BYTES ? openBlob(path, head) : UNDECIDED,
      );
    }
    if (entry.size > DOCUMENT_LIMIT) throw new TarError(`Its ${MANIFEST} is unreasonably large.`);
    return collectContent((content) => {
      manifest = content;
      listener?.document(path, content);
    });
  };

  const reader = createTarReader(visit);
  try {
    for await (const chunk of stream) {
      reader.push(chunk as Buffer);
      onBytes?.((chunk as Buffer).length);
      for (const layer of open) await layer.drained();
    }
    reader.finish();
    const { Config: config, Layers: names } = readManifest(manifest);
    const blobs = names.map((name) => blobOf(name, { layers, links }));
    const read = await Promise.all(blobs.map((blob) => layers.get(blob) as Promise<Layer<Note>>));
    return { layers: read, blobs, config: posix.normalize(config) };
  } finally {
    for (const layer of open) layer.destroy();
    stream.destroy();
  }
}

function readManifest(manifest: Buffer): z.infer<typeof SavedManifest>[number] {
  const read = SavedManifest.safeParse(parseJson(manifest.toString('utf8')));
  const image = read.success ? read.data[0] : undefined;
  if (image === undefined) {
    throw new TarError(`It has no ${MANIFEST} that lists the layers of the image.`);
  }
  return image;
}

function blobOf(
  name: string,
  {
    layers,
    links,
  }: { readonly layers: ReadonlyMap<string, unknown>; readonly links: ReadonlyMap<string, string> },
): string {
  const path = posix.normalize(name);
  const blob = layers.has(path) ? path : (links.get(path) ?? '');
  if (!layers.has(blob)) throw new TarError(`It lacks the layer ${name}, or that layer is not a tar.`);
  return blob;
}
