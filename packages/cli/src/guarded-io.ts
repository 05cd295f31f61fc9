import type { Redactor } from '@de-build/core';
import type { Io, Terminal } from './io.ts';

/** What commands get of the process: all that they write is redacted. */
export interface GuardedIo extends Io {
  /** Give it to core, which makes the site's secrets known to it. */
  readonly redactor: Redactor;
}

/** The one way out of the process for text: whatever is written to either stream passes the redactor here. */
export function guardIo(io: Io, redactor: Redactor): GuardedIo {
  return {
    ...io,
    stdout: guarded(io.stdout, redactor),
    stderr: guarded(io.stderr, redactor),
    redactor,
  };
}

/** Its size and its colours are asked for anew each time: a window may change. */
function guarded(terminal: Terminal, redactor: Redactor): Terminal {
  return Object.create(terminal, {
    write: { value: (text: string) => terminal.write(redactor.redact(text)) },
  });
}
