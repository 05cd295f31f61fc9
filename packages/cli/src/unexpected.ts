import { makeVisible } from '@de-build/core';
import type { GuardedIo } from './guarded-io.ts';
import { openOutput } from './output.ts';

const BUG = 1;

/** Presents what Node would print raw: an error that nobody caught, with whatever its message holds, and warnings. */
export function presentUnexpected(io: GuardedIo): void {
  let isEnding = false;
  io.onUnexpected({
    crash(error) {
      if (isEnding) return;
      isEnding = true;
      openOutput(io, { isVerbose: true })
        .fail(error)
        .catch(() => io.stderr.write('de-build met an error that it did not foresee.\n'))
        .finally(() => io.exitNow(BUG));
    },
    warning: ({ name, message }) => io.stderr.write(`${makeVisible(`${name}: ${message}`)}\n`),
  });
}
