import { badLockWait } from '../errors/lock-failures.ts';
import type { LockHolder } from './lock-holder.ts';

/** What to do when another run has the lock of the site. */
export interface LockWait {
  /** How long to wait for it. 0: be refused at once; `Infinity`: as long as it takes. */
  readonly seconds: number;
  /** Called when waiting begins, and again when somebody else has it; `text` says the same in a sentence. */
  readonly onHeld: (holder: LockHolder | undefined, text: string) => void;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/**
 * Seconds for `90s`, `10m`, `2h`; `Infinity` for an empty text, which is what `--lock-wait` alone means.
 * @throws DeBuildError `lock-wait-malformed`
 */
export function parseLockWait(text: string): number {
  if (text === '') return Number.POSITIVE_INFINITY;
  const [, number, unit = 's'] = /^(\d{1,7})([smh])?$/.exec(text) ?? [];
  if (number === undefined) throw badLockWait();
  return Number(number) * (SECONDS[unit] ?? 1);
}
