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

/** The same, as core takes it; notices, such as who is waited for, go to standard error. */
export async function lockOf(
  { lockWait }: { readonly lockWait?: string | undefined },
  io: Pick<Io, 'stderr'>,
): Promise<{ readonly lockWaitSeconds: number; readonly onNotice: (text: string) => void }> {
  const { makeVisible, parseLockWait } = await import('@de-build/core');
  return {
    lockWaitSeconds: lockWait === undefined ? 0 : parseLockWait(lockWait),
    onNotice: (text) => io.stderr.write(`${makeVisible(text)}\n`),
  };
}
