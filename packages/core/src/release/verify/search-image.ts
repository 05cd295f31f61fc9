import { type ImageTree, type TakeNote, treeOf } from '../../audit/image-tree.ts';
import { compileSearch, type SearchPattern } from '../../audit/leaks/byte-search.ts';
import { searchDescription } from '../../audit/leaks/engine-description.ts';
import { createImageAudit } from '../../audit/leaks/image-audit.ts';
import type { Leak, Unread } from '../../audit/leaks/leak.ts';
import { joinUnread } from '../../audit/leaks/unread-list.ts';
import type { Engine, ImageDetails } from '../../engine/engine.ts';
import { announceTransfer } from '../../flow/announce-transfer.ts';
import type { OpenSite } from '../../flow/open-site.ts';
import { readEngineImage } from '../../flow/read-image.ts';
import type { Tools } from '../../flow/tools.ts';
import { shortId } from '../../version/version-tag.ts';
import { type CleanLayers, openCleanLayers } from './clean-layers.ts';

/** What the search of an image found, and how much of the image was read. */
export interface ImageSearch extends Unread {
  readonly leaks: readonly Leak[];
  readonly secrets: number;
  /** Names of secrets that are too weak to be searched for. */
  readonly weak: readonly string[];
  readonly layers: { readonly searched: number; readonly total: number };
}

/** What images are searched for, and what is known about their layers. */
export interface Searcher {
  readonly pattern: SearchPattern;
  readonly clean: CleanLayers;
  readonly secrets: number;
  readonly weak: readonly string[];
}

/** The site whose secrets are searched for. */
type SearchedSite = Pick<OpenSite, 'own' | 'sources' | 'weak'>;

export async function openSearcher({ own, sources, weak }: SearchedSite): Promise<Searcher> {
  const secrets = sources.secrets.filter((secret) => !weak.includes(secret));
  const values = new Set(secrets.map((secret) => secret.reveal()));
  return {
    pattern: compileSearch(secrets),
    clean: await openCleanLayers(own, secrets),
    secrets: values.size,
    weak: [...new Set(weak.map(({ name }) => name))],
  };
}

const RECORD_LESS = '`recordFiles: false` in de-build.json saves this.';

export interface SearchRequest<Note> {
  readonly image: Pick<ImageDetails, 'id' | 'layers' | 'sizeBytes'>;
  /** `undefined`: nothing is searched. */
  readonly searcher: Searcher | undefined;
  /** `undefined`: no notes are taken of its files. */
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
  engine: Pick<Engine, 'images' | 'about'>,
  { image, searcher, takeNote }: SearchRequest<Note>,
  tools: Pick<Tools, 'emit' | 'signal'>,
): Promise<SearchedImage<Note>> {
  const { images } = engine;
  const unread = searcher && knownUnread(image, searcher);
  const needsSearch = searcher !== undefined && unread === undefined;
  const audit = needsSearch
    ? createImageAudit(searcher.pattern, { knownClean: searcher.clean.unreadOf })
    : undefined;
  let tree: ImageTree<Note> | undefined;
  let search: ImageSearch | undefined;
  if (audit !== undefined || takeNote !== undefined) {
    const named = { ...image, name: shortId(image.id) };
    // A pass for the secrets is needed anyway.
    const advice = needsSearch ? {} : { advice: RECORD_LESS };
    await announceTransfer(engine, { ...named, ...advice }, tools);
    const options = { takeNote, listener: audit?.listener, emit: tools.emit, signal: tools.signal };
    const read = await readEngineImage(images, named, options);
    if (takeNote !== undefined) tree = treeOf(read);
    if (audit !== undefined && searcher !== undefined) {
      const { cleanLayers, ...found } = audit.findings(read);
      await searcher.clean.keep(cleanLayers);
      search = { ...found, secrets: searcher.secrets, weak: searcher.weak };
    }
  }
  if (searcher !== undefined && unread !== undefined) {
    search = {
      leaks: await searchDescription(images, image.id, searcher.pattern),
      ...unread,
      secrets: searcher.secrets,
      weak: searcher.weak,
      layers: { searched: 0, total: image.layers.length },
    };
  }
  return { search, tree };
}

/** What is unread of an image whose layers were all found clean before; `undefined` of another one. */
function knownUnread({ layers }: Pick<ImageDetails, 'layers'>, { clean }: Searcher): Unread | undefined {
  const known = [...new Set(layers)].map(clean.unreadOf);
  const isKnown = known.length > 0 && known.every((each) => each !== undefined);
  return isKnown ? joinUnread(known) : undefined;
}
