import type { Layer } from '../layer.ts';
import type { ImageListener, LayerListener, SavedImage } from '../saved-image.ts';
import { createByteSearch, type Hit, type SearchPattern } from './byte-search.ts';
import { createScanContext } from './content-scan.ts';
import { type ImageConfig, nameConfigPlace, placesOfLayers, readImageConfig } from './image-config.ts';
import type { ConfigPlace, FilePlace, LayerPlace, Leak, UnreadContent } from './leak.ts';
import { createLeakLedger, leakOf } from './leak-ledger.ts';
import type { MarkedPlace, Trail } from './place-marks.ts';
import { searchDocument } from './search-document.ts';
import { createStreamScan } from './stream-scan.ts';

/** Searches a saved image while it is read. */
export interface ImageAudit {
  readonly listener: ImageListener;
  /** What was found, once the image was read to its end. */
  findings(image: SavedImage<unknown>): ImageFindings;
}

export interface ImageFindings {
  readonly leaks: readonly Leak[];
  /** How many more there are than are told. */
  readonly untold: number;
  readonly unread: readonly UnreadContent[];
  /** The digests of the layers that were searched to their end without finding anything. */
  readonly cleanLayers: readonly string[];
  readonly layers: { readonly searched: number; readonly of: number };
}

export interface ImageAuditOptions {
  /** Whether a layer was searched before, by the digest in the name of its blob. */
  readonly isClean?: (digest: string) => boolean;
}

interface LayerSpot extends MarkedPlace {
  readonly blob: string;
}

/** Names longer than that may be in two parts in an archive's header. */
const WHOLE_NAME = 100;
const MOST_UNREAD = 100;

export function createImageAudit(pattern: SearchPattern, options: ImageAuditOptions = {}): ImageAudit {
  const ledger = createLeakLedger<LayerSpot>(({ blob, trail, isInName }) =>
    JSON.stringify([blob, trail.path, trail.inside, isInName]),
  );
  const documents = new Map<string, Buffer>();
  const searched = new Set<string>();
  const stained = new Set<string>();
  const unread: UnreadContent[] = [];

  const auditLayer = (blob: string): LayerListener => {
    searched.add(blob);
    const trail: Trail = { path: '', inside: [] };
    const onHit = (hit: Hit, place: MarkedPlace) => {
      stained.add(blob);
      ledger.add(hit, { ...place, blob });
    };
    const context = createScanContext(pattern, {
      onHit,
      onUnread({ path, inside }, why) {
        stained.add(blob);
        if (unread.length < MOST_UNREAD) unread.push({ path, inside, why });
      },
    });
    const scan = createStreamScan(context, { trail, depth: 0 });
    const names = createByteSearch(pattern);
    return {
      data: (piece) => scan.data(piece),
      entry(entry, { at, contentAt }) {
        const own: Trail = { path: cleanName(entry.path), inside: [] };
        scan.marks.add({ at, contentAt, trail: own });
        if (entry.path.length > WHOLE_NAME) {
          names.begin((hit) => onHit(hit, { trail: own, isInName: true }));
          names.push(Buffer.from(entry.path));
          names.end();
        }
        return entry.kind === 'file' ? scan.open({ trail: own, at: contentAt, size: entry.size }) : undefined;
      },
      drained: () => scan.drained(),
      finish: () => scan.finish(),
    };
  };

  return {
    listener: {
      layer: (blob) => (options.isClean?.(digestOfBlob(blob)) === true ? undefined : auditLayer(blob)),
      document(name, content) {
        documents.set(name, content);
      },
    },
    findings(image) {
      const config = readImageConfig(documents.get(image.config)?.toString('utf8') ?? '');
      const layers = placesOfLayers(config, image.layers.length);
      const inLayers = ledger.entries().flatMap((entry) => {
        const index = image.blobs.indexOf(entry.place.blob);
        const layer = layers[index];
        // A blob that no layer of the image names is not in the image.
        if (layer === undefined) return [];
        return [leakOf(entry, filePlace(entry.place, { layer, index, layers, image }))];
      });
      const inConfig = searchDocuments(pattern, documents, { image, config });
      const isCleanBlob = (blob: string) => searched.has(blob) && !stained.has(blob);
      return {
        leaks: [...inConfig, ...inLayers],
        untold: ledger.dropped(),
        unread,
        cleanLayers: config.diffIds.filter((_, index) => isCleanBlob(image.blobs[index] ?? '')),
        layers: { searched: searched.size, of: image.layers.length },
      };
    },
  };
}

function filePlace(
  { trail, isInName }: LayerSpot,
  {
    layer,
    index,
    layers,
    image,
  }: {
    readonly layer: LayerPlace;
    readonly index: number;
    readonly layers: readonly LayerPlace[];
    readonly image: SavedImage<unknown>;
  },
): FilePlace {
  const remover = image.layers.findIndex((other, at) => at > index && removes(other, trail.path));
  const deletedBy = layers[remover];
  return {
    kind: 'file',
    layer,
    path: trail.path,
    inside: trail.inside,
    isInName,
    ...(deletedBy === undefined ? {} : { deletedBy }),
  };
}

function removes({ removed, opaque }: Layer<unknown>, path: string): boolean {
  if (removed.has(path)) return true;
  for (let slash = path.lastIndexOf('/'); slash !== -1; slash = path.lastIndexOf('/', slash - 1)) {
    const folder = path.slice(0, slash);
    if (removed.has(folder) || opaque.has(folder)) return true;
    if (slash === 0) break;
  }
  return opaque.has('');
}

/** What the image says of itself: text by text, and then, for what that does not see, as bytes. */
function searchDocuments(
  pattern: SearchPattern,
  documents: ReadonlyMap<string, Buffer>,
  { image, config }: { readonly image: SavedImage<unknown>; readonly config: ImageConfig },
): readonly Leak[] {
  const search = createByteSearch(pattern);
  const ledger = createLeakLedger<ConfigPlace>(({ field }) => field);
  for (const { at, hit } of searchDocument(search, config.document)) {
    ledger.add(hit, nameConfigPlace(config.document, at));
  }
  const told = new Set(ledger.entries().map(({ hit }) => hit.needle?.secret ?? hit.token));
  for (const [name, bytes] of documents) {
    const field = name === image.config ? 'the configuration' : `${name} of the saved image`;
    search.begin((hit) => {
      if (!told.has(hit.needle?.secret ?? hit.token)) ledger.add(hit, { kind: 'configuration', field });
    });
    search.push(bytes);
    search.end();
  }
  return ledger.entries().map((entry) => leakOf(entry, entry.place));
}

/** Docker from 25 on names a blob after what it holds. */
function digestOfBlob(blob: string): string {
  const [, algorithm, digest] = /^blobs\/([a-z0-9]+)\/([0-9a-f]+)$/.exec(blob) ?? [];
  return digest === undefined ? '' : `${algorithm}:${digest}`;
}

function cleanName(path: string): string {
  return path.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
}
