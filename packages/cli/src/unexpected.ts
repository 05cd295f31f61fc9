import { makeVisible } from '@de-build/core';
import { presentFailure } from './failure/present-failure.ts';
import type { GuardedIo } from './guarded-io.ts';

const BUG = 1;

/** Presents what Node would print unredacted: uncaught errors, whose messages may contain anything, and warnings. */
export function presentUnexpected(io: GuardedIo): void {
  let isEnding = false;
  io.onUnexpected({
    crash(error) {
      if (isEnding) return;
      isEnding = true;
      presentFailure(error, io, { isVerbose: true })
        .catch(() => {
          io.stderr.write('de-build met an error that it did not foresee.\n');
          return BUG;
        })
        .then(io.exitNow);
    },
    warning: ({ name, message }) => io.stderr.write(`${makeVisible(`${name}: ${message}`)}\n`),
  });
}
