/** A build cache that several builders share, as `docker buildx build --cache-to` writes it. */
export interface CacheEntry {
  readonly type: CacheType;
  /** `ref`, `mode`, … */
  readonly attributes: Readonly<Record<string, string>>;
}

/** `inline` is within the image: it goes with a push, and comes from the registry. */
export type CacheType = 'registry' | 'inline';

/** Which way the cache goes. */
export type CacheUse = 'cacheFrom' | 'cacheTo';

const TYPES: Readonly<Record<CacheUse, readonly CacheType[]>> = {
  cacheFrom: ['registry'],
  cacheTo: ['registry', 'inline'],
};

/** Reads `type=registry,ref=REF`, or a plain REF; or says what is wrong with it. */
export function parseCacheEntry(text: string, use: CacheUse): CacheEntry | { readonly problem: string } {
  const fields = splitFields(text);
  const [only = ''] = fields;
  if (fields.length === 1 && only !== '' && !only.includes('=')) return registry({ ref: only });
  const pairs = fields.map((field) => /^([^=]+)=(.*)$/s.exec(field));
  const attributes: Record<string, string> = {};
  for (const [index, pair] of pairs.entries()) {
    if (pair === null) return { problem: `has ${JSON.stringify(fields[index])} where KEY=VALUE is expected` };
    attributes[(pair[1] ?? '').toLowerCase()] = pair[2] ?? '';
  }
  const { type, ...rest } = attributes;
  const known: readonly string[] = TYPES[use];
  if (type === undefined) return { problem: 'names no type' };
  if (!known.includes(type))
    return { problem: `has the type ${JSON.stringify(type)}, which is none of ${known.join(', ')}` };
  if (type === 'inline') return { type, attributes: rest };
  return rest.ref === undefined || rest.ref === ''
    ? { problem: 'names no ref' }
    : registry({ ...rest, ref: rest.ref });
}

/** As buildx would write it. */
export function writeCacheEntry({ type, attributes }: CacheEntry): string {
  return [
    `type=${type}`,
    ...Object.entries(attributes).map(([key, value]) => quoted(`${key}=${value}`)),
  ].join(',');
}

function registry(attributes: Readonly<Record<string, string>>): CacheEntry {
  return { type: 'registry', attributes };
}

/** Comma-separated values (RFC 4180), on one line. */
function splitFields(text: string): readonly string[] {
  return [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, inQuotes, plain = '']) => inQuotes?.replaceAll('""', '"') ?? plain,
  );
}

function quoted(field: string): string {
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
