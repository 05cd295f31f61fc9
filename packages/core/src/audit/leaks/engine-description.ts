import type { Images } from '../../engine/engine.ts';
import { createByteSearch, type SearchPattern } from './byte-search.ts';
import { nameConfigPlace, plainInstruction } from './image-config.ts';
import type { ConfigPlace, Leak } from './leak.ts';
import { createLeakLedger } from './leak-ledger.ts';
import { searchDocument } from './search-document.ts';

/**
 * Searches what the engine knows of an image without reading its layers: configuration, labels, history.
 * @throws DeBuildError `engine-*`
 */
export async function searchDescription(
  images: Pick<Images, 'describe'>,
  image: string,
  pattern: SearchPattern,
): Promise<readonly Leak[]> {
  const { inspected, history } = await images.describe(image);
  const search = createByteSearch(pattern);
  const ledger = createLeakLedger<ConfigPlace>();
  for (const { at, hit } of searchDocument(search, inspected)) {
    ledger.add(hit, nameConfigPlace(inspected, at));
  }
  // The engine lists the newest first.
  for (const [index, entry] of history.toReversed().entries()) {
    for (const { hit } of searchDocument(search, entry)) {
      const instruction = plainInstruction(entry.CreatedBy ?? '');
      ledger.add(hit, { kind: 'configuration', field: `history entry ${index + 1}`, instruction });
    }
  }
  return ledger.leaks((place) => place);
}
