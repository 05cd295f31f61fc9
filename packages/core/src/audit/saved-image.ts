import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { createLayerReader, type Layer, type LayerListener, type TakeNote } from './layer.ts';
import { type OpenedLayer, openLayer } from './layer-stream.ts';
import type { TarEntry } from './tar-header.ts';
import { createTarReader, type TarContent } from './tar-reader.ts';
import { TarError } from './tar-text.ts';

/** What both layouts of `docker save` have; the one of OCI keeps it for older readers. */
const SavedManifest = z.array(z.looseObject({ Config: z.string(), Layers: z.array(z.string()) })).min(1);

const MANIFEST = 'manifest.json';
/** Manifests and configurations are kilobytes. */
const DOCUMENT_LIMIT = 16 * 1024 * 1024;
/** Enough to tell a tar from its header. */
const SNIFFED_BYTES = 512;

export type { LayerListener } from './layer.ts';

/** Sees a saved image go by. */
export interface ImageListener {
  /** @param blob path of the layer in the saved image; without a listener nobody sees the layer's bytes */
  layer(blob: string): LayerListener | undefined;
  /** The image's configuration and its like; what is too large to be one is left out. */
  document(path: string, content: Buffer): void;
}

export interface SavedImage<Note> {
  /** The lowest first. */
  readonly layers: readonly Layer<Note>[];
  /** Where each of them is in the saved image. */
  readonly blobs: readonly string[];
  /** Where its configuration is. */
  readonly config: string;
}

export interface SavedImageOptions<Note> {
  /** Without it the layers hold no files: only what they take away. */
  readonly takeNote?: TakeNote<Note> | undefined;
  readonly listener?: ImageListener | undefined;
  /** Called with the length of each chunk. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Reads what `docker save` writes, in one pass: its layers in their order, the lowest first. `manifest.json`, which says
 * the order, comes last; so every layer is read as it comes, and put in its place at the end. Memory is taken by the
 * files' records, never by their contents.
 * @throws TarError when it is not what `docker save` writes; what the stream fails with
 */
export async function readSavedImage<Note>(
  stream: Readable,
  { takeNote, listener, onBytes }: SavedImageOptions<Note>,
): Promise<SavedImage<Note>> {
  const layers = new Map<string, Promise<Layer<Note>>>();
  const links = new Map<string, string>();
  const open = new Set<OpenedLayer<Note>>();
  let manifest = Buffer.alloc(0);

  const readBlob = (path: string): TarContent => {
    let head = Buffer.alloc(0);
    let layer: OpenedLayer<Note> | undefined;
    let isOther = false;
    let document: TarContent | undefined;
    const decide = () => {
      layer = openLayer(head, () => createLayerReader({ takeNote, listener: listener?.layer(path) }));
      isOther = layer === undefined;
      if (layer === undefined) {
        document = listener === undefined ? undefined : collect(path, head);
        return;
      }
      open.add(layer);
      layers.set(path, layer.whole);
      layer.data(head);
    };
    return {
      data(piece) {
        if (layer !== undefined) layer.data(piece);
        else if (isOther) document?.data(piece);
        else {
          head = Buffer.concat([head, piece]);
          if (head.length >= SNIFFED_BYTES) decide();
        }
      },
      end() {
        if (layer === undefined && !isOther) decide();
        layer?.end();
        document?.end();
      },
    };
  };

  /** Documents come in one of few pieces. */
  const collect = (path: string, head: Buffer): TarContent => {
    let content = head;
    return {
      data(piece) {
        if (content.length <= DOCUMENT_LIMIT) content = Buffer.concat([content, piece]);
      },
      end() {
        if (content.length <= DOCUMENT_LIMIT) listener?.document(path, content);
      },
    };
  };

  const visit = (entry: TarEntry): TarContent | undefined => {
    const path = posix.normalize(entry.path);
    // The legacy layout writes a layer that comes twice as a link to the first.
    if (entry.kind === 'symlink') links.set(path, posix.join(posix.dirname(path), entry.linkname));
    if (entry.kind === 'hard-link') links.set(path, posix.normalize(entry.linkname));
    if (entry.kind !== 'file') return undefined;
    if (path !== MANIFEST) return readBlob(path);
    if (entry.size > DOCUMENT_LIMIT) throw new TarError(`Its ${MANIFEST} is unreasonably large.`);
    return {
      data(piece) {
        manifest = Buffer.concat([manifest, piece]);
      },
      end() {
        listener?.document(path, manifest);
      },
    };
  };

  const reader = createTarReader(visit);
  try {
    for await (const chunk of stream) {
      reader.push(chunk as Buffer);
      onBytes?.((chunk as Buffer).length);
      for (const layer of open) {
        if (layer.isOver) open.delete(layer);
        else await layer.drained();
      }
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
    throw new TarError(`It holds no ${MANIFEST} that says which layers the image has.`);
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
  if (!layers.has(blob)) throw new TarError(`It lacks the layer ${name}, or that layer is no tar.`);
  return blob;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
