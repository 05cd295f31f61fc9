// Takes the lock of a site so many times, and sees whether anybody else has it meanwhile.
import { closeSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { withLockedSite } from '@de-build/core';

const [site, rounds, wait] = process.argv.slice(2);
const options = { site, what: 'storm', environment: process.env, lockWaitSeconds: 3600 };
let taken = 0;
let shared = 0;
for (let round = 0; round < Number(rounds); round++) {
  await withLockedSite(options, async () => {
    taken += 1;
    try {
      closeSync(openSync(join(site, 'holder'), 'wx'));
    } catch {
      shared += 1;
    }
    if (wait !== undefined) {
      process.stdout.write('holds\n');
      await new Promise((resolve) => setTimeout(resolve, Number(wait)));
    }
    try {
      unlinkSync(join(site, 'holder'));
    } catch {
      shared += 1;
    }
  });
}
process.stdout.write(`${JSON.stringify({ taken, shared })}\n`);
