import type { LockWait } from '@de-build/core';
import type { Argv } from 'yargs';
import type { Io } from '../io.ts';

export interface LockArguments {
  'lock-wait': string | undefined;
}

/** The option of every command that changes a site. */
export function lockOptions<Options>(yargs: Argv<Options>): Argv<Options & LockArguments> {
  return yargs.option('lock-wait', {
    type: 'string',
    describe:
      'Wait for another run at work on the site, instead of being refused; --lock-wait=10m waits no longer',
  });
}

/** The same, as core takes it; who is waited for is told on standard error. */
export async function lockOf(
  { lockWait }: { readonly lockWait?: string | undefined },
  io: Pick<Io, 'stderr'>,
): Promise<{ readonly lockWait: Partial<LockWait> }> {
  if (lockWait === undefined) return { lockWait: {} };
  const { makeVisible, parseLockWait } = await import('@de-build/core');
  return {
    lockWait: {
      seconds: parseLockWait(lockWait),
      onHeld: (_holder, text) => io.stderr.write(`${makeVisible(text)}\n`),
    },
  };
}
