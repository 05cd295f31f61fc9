import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { createLayerReader, type Layer, type TakeNote } from './layer.ts';
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

/**
 * Reads what `docker save` writes, in one pass: its layers in their order, the lowest first. `manifest.json`, which says
 * the order, comes last; so every layer is read as it comes, and put in its place at the end. Memory is taken by the
 * files' records, never by their contents.
 * @throws TarError when it is not what `docker save` writes; what the stream fails with
 */
export async function readSavedImage<Note>(
  stream: Readable,
  takeNote: TakeNote<Note>,
): Promise<readonly Layer<Note>[]> {
  const layers = new Map<string, Promise<Layer<Note>>>();
  const links = new Map<string, string>();
  const open = new Set<OpenedLayer<Note>>();
  let manifest = Buffer.alloc(0);

  const readBlob = (path: string): TarContent => {
    let head = Buffer.alloc(0);
    let layer: OpenedLayer<Note> | undefined;
    let isOther = false;
    const decide = () => {
      layer = openLayer(head, () => createLayerReader(takeNote));
      isOther = layer === undefined;
      if (layer === undefined) return;
      open.add(layer);
      layers.set(path, layer.whole);
      layer.data(head);
    };
    return {
      data(piece) {
        if (layer !== undefined) layer.data(piece);
        else if (!isOther) {
          head = Buffer.concat([head, piece]);
          if (head.length >= SNIFFED_BYTES) decide();
        }
      },
      end() {
        if (layer === undefined && !isOther) decide();
        layer?.end();
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
      end() {},
    };
  };

  const reader = createTarReader(visit);
  try {
    for await (const chunk of stream) {
      reader.push(chunk as Buffer);
      for (const layer of open) {
        if (layer.isOver) open.delete(layer);
        else await layer.drained();
      }
    }
    reader.finish();
    return await Promise.all(layersOf(manifest).map((name) => layerNamed(name, { layers, links })));
  } finally {
    for (const layer of open) layer.destroy();
    stream.destroy();
  }
}

function layersOf(manifest: Buffer): readonly string[] {
  const read = SavedManifest.safeParse(parseJson(manifest.toString('utf8')));
  if (!read.success) throw new TarError(`It holds no ${MANIFEST} that says which layers the image has.`);
  return read.data[0]?.Layers ?? [];
}

function layerNamed<Note>(
  name: string,
  {
    layers,
    links,
  }: { layers: ReadonlyMap<string, Promise<Layer<Note>>>; links: ReadonlyMap<string, string> },
): Promise<Layer<Note>> {
  const path = posix.normalize(name);
  const layer = layers.get(path) ?? layers.get(links.get(path) ?? '');
  if (layer === undefined) throw new TarError(`It lacks the layer ${name}, or that layer is no tar.`);
  return layer;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
