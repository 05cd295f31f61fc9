import { badLockWait } from '../errors/lock-failures.ts';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/**
 * Seconds for `90s`, `10m`, `2h`; `Infinity` for an empty text, the value of a lone `--lock-wait`.
 * @throws DeBuildError `lock-wait-malformed`
 */
export function parseLockWait(text: string): number {
  if (text === '') return Number.POSITIVE_INFINITY;
  const [, number, unit = 's'] = /^(\d{1,7})([smh])?$/.exec(text) ?? [];
  if (number === undefined) throw badLockWait();
  return Number(number) * (SECONDS[unit] ?? 1);
}
