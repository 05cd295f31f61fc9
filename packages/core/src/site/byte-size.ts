const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/**
 * Bytes for a size as people write it: `10GB` is 10 × 10⁹, `10GiB` is 10 × 2³⁰, `500` is 500 bytes.
 * Case and a space before the unit do not count. `undefined` when it is not a size.
 */
export function parseByteSize(text: string): number | undefined {
  const parts = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const unit = UNITS[parts?.[2]?.toLowerCase() ?? '?'];
  const bytes = Math.round(Number(parts?.[1]) * (unit ?? Number.NaN));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
