import { omitUndefined } from '../../omit-undefined.ts';
import type { Layer } from '../layer.ts';
import { isInFolder } from '../merge-layers.ts';
import type { ImageListener, LayerListener, SavedImage } from '../saved-image.ts';
import { createByteSearch, type Hit, type SearchPattern, searchBytes } from './byte-search.ts';
import { createScanContext } from './content-scan.ts';
import { type ImageConfig, nameConfigPlace, placesOfLayers, readImageConfig } from './image-config.ts';
import { joinLeaks } from './join-leaks.ts';
import type { ConfigPlace, FilePlace, LayerPlace, Leak, Unread } from './leak.ts';
import { createLeakLedger } from './leak-ledger.ts';
import type { MarkedPlace, Trail } from './place-marks.ts';
import { searchDocument } from './search-document.ts';
import { createStreamScan } from './stream-scan.ts';
import { createUnreadList, joinUnread, type UnreadList } from './unread-list.ts';

/** Searches a saved image while it is read. */
export interface ImageAudit {
  readonly listener: ImageListener;
  /** To be called when the image was read completely. */
  findings(image: SavedImage<unknown>): ImageFindings;
}

export interface ImageFindings extends Unread {
  readonly leaks: readonly Leak[];
  /** What is unread of each layer that was searched and in which nothing was found, by the digest of the unpacked layer. */
  readonly cleanLayers: ReadonlyMap<string, Unread>;
  readonly layers: { readonly searched: number; readonly total: number };
}

export interface ImageAuditOptions {
  /**
   * What is unread of a layer that was searched before and in which nothing was found, by the digest in the name of its blob;
   * `undefined`: it must be searched.
   */
  readonly knownClean?: (digest: string) => Unread | undefined;
}

interface LayerSpot extends MarkedPlace {
  readonly blob: string;
}

/** A tar header splits names that are longer. */
const WHOLE_NAME = 100;

export function createImageAudit(pattern: SearchPattern, options: ImageAuditOptions = {}): ImageAudit {
  const ledger = createLeakLedger<LayerSpot>();
  const documents = new Map<string, Buffer>();
  /** What is unread of each layer, by its blob. */
  const unread = new Map<string, UnreadList>();
  const known = new Map<string, Unread>();
  const leaking = new Set<string>();

  const auditLayer = (blob: string): LayerListener => {
    const list = createUnreadList();
    unread.set(blob, list);
    const onHit = (hit: Hit, place: MarkedPlace) => {
      leaking.add(blob);
      ledger.add(hit, { ...place, blob });
    };
    const context = createScanContext(pattern, {
      onHit,
      onUnread: ({ path, inside }, why) => list.add({ path, inside, why }),
    });
    const scan = createStreamScan(context, { trail: { path: '', inside: [] }, depth: 0 });
    const names = createByteSearch(pattern);
    return {
      data: (piece) => scan.data(piece),
      entry(entry, { at, contentAt }) {
        const trail: Trail = { path: cleanName(entry.path), inside: [] };
        scan.marks.add({ at, contentAt, trail });
        if (entry.path.length > WHOLE_NAME) {
          searchBytes(names, Buffer.from(entry.path), (hit) => onHit(hit, { trail, isInName: true }));
        }
        return entry.kind === 'file' ? scan.open({ trail, at: contentAt, size: entry.size }) : undefined;
      },
      drained: () => scan.drained(),
      finish: () => scan.finish(),
    };
  };

  return {
    listener: {
      layer(blob) {
        const before = options.knownClean?.(digestOfBlob(blob));
        if (before === undefined) return auditLayer(blob);
        known.set(blob, before);
        return undefined;
      },
      document(name, content) {
        documents.set(name, content);
      },
    },
    findings(image) {
      const config = readImageConfig(documents.get(image.config)?.toString('utf8') ?? '');
      const layers = placesOfLayers(config, image.layers.length);
      const inLayers = ledger.leaks((spot) => filePlace(spot, image, layers));
      const inConfig = searchDocuments(pattern, documents, { image, config });
      const searched = new Map([...unread].map(([blob, list]) => [blob, list.listed()]));
      const unreadOf = (blob: string) => searched.get(blob) ?? known.get(blob) ?? [];
      const clean = config.diffIds.flatMap((digest, index) => {
        const blob = image.blobs[index] ?? '';
        const list = searched.get(blob);
        return list === undefined || leaking.has(blob) ? [] : [[digest, list] as const];
      });
      return {
        leaks: joinLeaks([...inConfig, ...inLayers]),
        ...joinUnread([...new Set(image.blobs)].flatMap(unreadOf)),
        cleanLayers: new Map(clean),
        layers: { searched: searched.size, total: image.layers.length },
      };
    },
  };
}

/** @returns `undefined` when no layer of the image is of that blob */
function filePlace(
  { trail, isInName, blob }: LayerSpot,
  image: SavedImage<unknown>,
  layers: readonly LayerPlace[],
): FilePlace | undefined {
  const index = image.blobs.indexOf(blob);
  const layer = layers[index];
  if (layer === undefined) return undefined;
  const deletedBy = layers[image.layers.findIndex((other, at) => at > index && removes(other, trail.path))];
  return {
    kind: 'file',
    layer,
    path: trail.path,
    inside: trail.inside,
    isInName,
    ...omitUndefined({ deletedBy }),
  };
}

function removes({ removed, opaque }: Layer<unknown>, path: string): boolean {
  return removed.has(path) || isInFolder(path, (folder) => removed.has(folder) || opaque.has(folder));
}

/** Searches the texts of the configuration, and then all documents as bytes, for what the texts do not show. */
function searchDocuments(
  pattern: SearchPattern,
  documents: ReadonlyMap<string, Buffer>,
  { image, config }: { readonly image: SavedImage<unknown>; readonly config: ImageConfig },
): readonly Leak[] {
  const search = createByteSearch(pattern);
  const ledger = createLeakLedger<ConfigPlace>();
  const nameOf = ({ needle, token }: Hit) => needle?.secret ?? token?.prefix;
  const found = searchDocument(search, config.document);
  for (const { at, hit } of found) ledger.add(hit, nameConfigPlace(config.document, at));
  const names = new Set(found.map(({ hit }) => nameOf(hit)));
  for (const [name, bytes] of documents) {
    const field = name === image.config ? 'the configuration' : `${name} of the saved image`;
    searchBytes(search, bytes, (hit) => {
      if (!names.has(nameOf(hit))) ledger.add(hit, { kind: 'configuration', field });
    });
  }
  return ledger.leaks((place) => place);
}

/** Docker from 25 on names a blob by its digest. */
function digestOfBlob(blob: string): string {
  const [, algorithm, digest] = /^blobs\/([a-z0-9]+)\/([0-9a-f]+)$/.exec(blob) ?? [];
  return digest === undefined ? '' : `${algorithm}:${digest}`;
}

function cleanName(path: string): string {
  return path.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
}
