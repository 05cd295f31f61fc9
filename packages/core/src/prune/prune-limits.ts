import { badPruneLimit } from '../errors/usage-failures.ts';
import { parseByteSize } from '../site/byte-size.ts';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/**
 * Bytes for `20GB`, `512MiB`, `0`.
 * @throws DeBuildError `prune-limit-malformed`
 */
export function parseKeepStorage(text: string): number {
  const bytes = parseByteSize(text);
  // `20` would be bytes, and is meant as something else.
  if (bytes === undefined || (/^\d+$/.test(text.trim()) && bytes !== 0))
    throw badPruneLimit('--keep-storage', '20GB');
  return bytes;
}

/**
 * Seconds for `90m`, `36h`, `7d`, `2w`, and for several in a row: `1d12h`.
 * @throws DeBuildError `prune-limit-malformed`
 */
export function parseOlderThan(text: string): number {
  const parts = [...text.matchAll(/(\d+)([smhdw])/g)];
  const isWhole = parts.length > 0 && parts.map(([part]) => part).join('') === text;
  if (!isWhole) throw badPruneLimit('--older-than', '7d');
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (SECONDS[unit ?? ''] ?? 0), 0);
}
