import type { ByteSearch, Hit } from './byte-search.ts';

/** A text of a document, and where in it that stands: `['Config', 'Env', '3']`. */
export interface DocumentHit {
  readonly at: readonly string[];
  readonly hit: Hit;
}

/** Searches every text and every key of a JSON document, as they are without JSON's escapes. */
export function searchDocument(search: ByteSearch, document: unknown): readonly DocumentHit[] {
  const found: DocumentHit[] = [];
  const look = (text: string, at: readonly string[]) => {
    search.begin((hit) => found.push({ at, hit }));
    search.push(Buffer.from(text, 'utf8'));
    search.end();
  };
  const walk = (value: unknown, at: readonly string[]) => {
    if (typeof value === 'string') look(value, at);
    else if (Array.isArray(value))
      for (const [index, item] of value.entries()) walk(item, [...at, `${index}`]);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        look(key, at);
        walk(item, [...at, key]);
      }
    }
  };
  walk(document, []);
  return found;
}
