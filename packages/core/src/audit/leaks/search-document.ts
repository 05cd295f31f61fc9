import { type ByteSearch, type Hit, searchBytes } from './byte-search.ts';

/** A hit in a text of a document, and the path of that text: `['Config', 'Env', '3']`. */
export interface DocumentHit {
  readonly at: readonly string[];
  readonly hit: Hit;
}

/** Searches every text and every key of a JSON document, without JSON's escapes. */
export function searchDocument(search: ByteSearch, document: unknown): readonly DocumentHit[] {
  const found: DocumentHit[] = [];
  const look = (text: string, at: readonly string[]) =>
    searchBytes(search, Buffer.from(text, 'utf8'), (hit) => found.push({ at, hit }));
  const walk = (value: unknown, at: readonly string[]) => {
    if (typeof value === 'string') look(value, at);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        if (!Array.isArray(value)) look(key, at);
        walk(item, [...at, key]);
      }
    }
  };
  walk(document, []);
  return found;
}
