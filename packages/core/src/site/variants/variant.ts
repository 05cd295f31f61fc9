/** Something that one variant of a file has, and another may lack. */
export interface VariantItem {
  readonly kind: 'service' | 'environment key' | 'build arg' | 'package' | 'volume' | 'port';
  readonly name: string;
  /** The service that it is of. */
  readonly service?: string;
  /** The file that says it, and its line. */
  readonly file: string;
  readonly line: number;
  /** A comment says that the others lack it on purpose. */
  readonly isOnPurpose: boolean;
}

/** One of several files for the same thing, such as `compose.prod.yaml`, with all that applies with it. */
export interface Variant {
  readonly path: string;
  readonly items: readonly VariantItem[];
}

/** What a variant lacks that others have. */
export interface VariantGap {
  readonly kind: VariantItem['kind'];
  readonly lacking: string;
  readonly items: readonly VariantItem[];
}

/** Names of places where a site runs, as files for them are named. Others, such as `mariadb`, are parts, not variants. */
const PLACES = new Set(
  'prod production live local dev development devel staging stage test testing uat qa preview ci override'.split(
    ' ',
  ),
);

export function isPlace(name: string): boolean {
  return PLACES.has(name.toLowerCase());
}

const MARK = /#\s*de-build:\s*only here\b/;

/** Whether `# de-build: only here` is on a line, or alone on the line above. @param line 1-based */
export function isMarked(lines: readonly string[], line: number): boolean {
  const above = lines[line - 2] ?? '';
  return MARK.test(lines[line - 1] ?? '') || (/^\s*#/.test(above) && MARK.test(above));
}

/** What each variant lacks of what the others have; nothing of a service that it lacks itself. */
export function findGaps(variants: readonly Variant[]): readonly VariantGap[] {
  const gaps = new Map<string, VariantGap & { readonly items: VariantItem[] }>();
  const keyOf = ({ kind, service, name }: VariantItem) => JSON.stringify([kind, service, name]);
  const all = new Map(variants.flatMap(({ items }) => items.map((item) => [keyOf(item), item] as const)));
  const marked = new Set(
    variants.flatMap(({ items }) => items.filter(({ isOnPurpose }) => isOnPurpose).map(keyOf)),
  );
  for (const { path: lacking, items } of variants) {
    const own = new Set(items.map(keyOf));
    const services = new Set(items.filter(({ kind }) => kind === 'service').map(({ name }) => name));
    for (const [key, item] of all) {
      const isComparable = item.service === undefined || services.has(item.service);
      if (own.has(key) || marked.has(key) || !isComparable) continue;
      const gap = gaps.get(`${lacking} ${item.kind}`) ?? { kind: item.kind, lacking, items: [] };
      gap.items.push(item);
      gaps.set(`${lacking} ${item.kind}`, gap);
    }
  }
  return [...gaps.values()];
}
