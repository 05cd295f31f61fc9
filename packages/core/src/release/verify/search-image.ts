import { type ImageTree, readImage, type TakeNote, treeOf } from '../../audit/image-tree.ts';
import { compileSearch, type SearchPattern } from '../../audit/leaks/byte-search.ts';
import { searchDescription } from '../../audit/leaks/engine-description.ts';
import { createImageAudit } from '../../audit/leaks/image-audit.ts';
import type { Leak, UnreadContent } from '../../audit/leaks/leak.ts';
import type { ImageDetails, Images } from '../../engine/engine.ts';
import type { Tools } from '../../flow/tools.ts';
import type { Secret } from '../../secrets/secret.ts';
import { type CleanLayers, openCleanLayers } from './clean-layers.ts';

/** What the search of an image found, and how much of it had to be read. */
export interface ImageSearch {
  readonly leaks: readonly Leak[];
  /** Leaks of which no more is told: there are too many. */
  readonly untold: number;
  readonly unread: readonly UnreadContent[];
  readonly secrets: number;
  readonly layers: { readonly searched: number; readonly of: number };
}

/** What an image is searched for, and what is known of its layers. */
export interface Searcher {
  readonly pattern: SearchPattern;
  readonly clean: CleanLayers;
  readonly secrets: number;
}

export async function openSearcher(site: string, secrets: readonly Secret[]): Promise<Searcher> {
  const values = new Set(secrets.map((secret) => secret.reveal()));
  return {
    pattern: compileSearch(secrets),
    clean: await openCleanLayers(site, secrets),
    secrets: values.size,
  };
}

export interface SearchRequest<Note> {
  readonly image: Pick<ImageDetails, 'id' | 'layers' | 'sizeBytes'>;
  /** Without it nothing is searched. */
  readonly searcher: Searcher | undefined;
  /** Without it the image's files are not recorded. */
  readonly takeNote: TakeNote<Note> | undefined;
}

export interface SearchedImage<Note> {
  readonly search: ImageSearch | undefined;
  readonly tree: ImageTree<Note> | undefined;
}

/**
 * Searches an image and reads its files in one pass over `docker save`; there is no pass when the files are not wanted and
 * every layer was found clean before.
 * @throws DeBuildError `image-files-unreadable`, `engine-*`
 */
export async function searchImage<Note>(
  images: Pick<Images, 'save' | 'describe'>,
  { image, searcher, takeNote }: SearchRequest<Note>,
  tools: Pick<Tools, 'emit' | 'signal'>,
): Promise<SearchedImage<Note>> {
  const needsSearch = searcher !== undefined && !isKnownClean(image, searcher);
  const audit = needsSearch
    ? createImageAudit(searcher.pattern, { isClean: (digest) => searcher.clean.has(digest) })
    : undefined;
  let tree: ImageTree<Note> | undefined;
  let search: ImageSearch | undefined;
  if (audit !== undefined || takeNote !== undefined) {
    const saved = await images.save(image.id, tools.signal);
    const onBytes = tellProgress(image.sizeBytes, tools.emit);
    const read = await readImage(image.id, saved, { takeNote, listener: audit?.listener, onBytes });
    if (takeNote !== undefined) tree = treeOf(read);
    if (audit !== undefined && searcher !== undefined) {
      const { cleanLayers, ...found } = audit.findings(read);
      await searcher.clean.keep(cleanLayers);
      search = { ...found, secrets: searcher.secrets };
    }
  }
  if (searcher !== undefined && search === undefined) {
    search = {
      leaks: await searchDescription(images, image.id, searcher.pattern),
      untold: 0,
      unread: [],
      secrets: searcher.secrets,
      layers: { searched: 0, of: image.layers.length },
    };
  }
  return { search, tree };
}

function isKnownClean({ layers }: Pick<ImageDetails, 'layers'>, { clean }: Searcher): boolean {
  return layers.length > 0 && layers.every((digest) => clean.has(digest));
}

const TOLD_EVERY_MS = 250;

/** Tells, four times a second, how much of an image was read. @param total what its layers hold; the image is a little more */
function tellProgress(total: number, emit: Tools['emit']): (bytes: number) => void {
  let current = 0;
  let toldAt = performance.now();
  return (bytes) => {
    current += bytes;
    if (performance.now() - toldAt < TOLD_EVERY_MS) return;
    toldAt = performance.now();
    emit({ type: 'image-read', current, total: Math.max(current, total) });
  };
}
