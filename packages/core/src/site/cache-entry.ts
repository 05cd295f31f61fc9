import { judgeImageName } from './image-name.ts';

/** A build cache that several builders share, as `docker buildx build --cache-to` writes it. */
export interface CacheEntry {
  readonly type: CacheType;
  /** `ref`, `mode`, … */
  readonly attributes: Readonly<Record<string, string>>;
}

/** `local` is a folder; `inline` is within the image: it goes with a push, and comes from the registry. */
export type CacheType = 'registry' | 'local' | 'inline';

/** Which way the cache goes. */
export type CacheUse = 'cacheFrom' | 'cacheTo';

const TYPES: Readonly<Record<CacheUse, readonly CacheType[]>> = {
  cacheFrom: ['registry', 'local'],
  cacheTo: ['registry', 'local', 'inline'],
};

/** Reads `type=registry,ref=REF`, or a plain REF; or says what is wrong with it. */
export function parseCacheEntry(text: string, use: CacheUse): CacheEntry | { readonly problem: string } {
  const fields = splitFields(text);
  const [only = ''] = fields;
  if (fields.length === 1 && only !== '' && !only.includes('=')) return registryEntry({ ref: only });
  const pairs = fields.map((field) => /^([^=]+)=(.*)$/s.exec(field));
  const attributes: Record<string, string> = {};
  for (const [index, pair] of pairs.entries()) {
    if (pair === null) return { problem: `has ${JSON.stringify(fields[index])} where KEY=VALUE is expected` };
    attributes[(pair[1] ?? '').toLowerCase()] = pair[2] ?? '';
  }
  const { type, ...rest } = attributes;
  if (type === undefined) return { problem: 'names no type' };
  const known: readonly CacheType[] = TYPES[use];
  const found = known.find((one) => one === type);
  if (found === undefined)
    return { problem: `has the type ${JSON.stringify(type)}, which is none of ${known.join(', ')}` };
  const { mode } = rest;
  if (use === 'cacheTo' && mode !== undefined && !/^(?:min|max)$/.test(mode))
    return { problem: `has the mode ${JSON.stringify(mode)}, which is neither min nor max` };
  const place = PLACES[found][use];
  if (place !== undefined && !rest[place]) return { problem: `names no ${place}` };
  return found === 'registry' ? registryEntry(rest) : { type: found, attributes: rest };
}

function registryEntry(attributes: CacheEntry['attributes']): CacheEntry | { readonly problem: string } {
  const { ref = '' } = attributes;
  const [, name = ref] = /^(.*?)(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/.exec(ref) ?? [];
  const fault = judgeImageName(name);
  return fault === undefined
    ? { type: 'registry', attributes }
    : { problem: `names ${JSON.stringify(ref)}, which is no image: it ${fault}` };
}

/** The attribute that says where a cache is. */
const PLACES: Readonly<Record<CacheType, Readonly<Partial<Record<CacheUse, string>>>>> = {
  registry: { cacheFrom: 'ref', cacheTo: 'ref' },
  local: { cacheFrom: 'src', cacheTo: 'dest' },
  inline: {},
};

/** Where a cache is: a reference, or a folder. */
export function placeOfCache({ attributes }: CacheEntry): string {
  return attributes.ref ?? attributes.src ?? attributes.dest ?? '';
}

/** As buildx would write it. */
export function writeCacheEntry({ type, attributes }: CacheEntry): string {
  return [
    `type=${type}`,
    ...Object.entries(attributes).map(([key, value]) => quoted(`${key}=${value}`)),
  ].join(',');
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
