import type { Redactor } from '@de-build/core';
import type { Io, Terminal } from './io.ts';

/** The process as commands see it: everything that they write is redacted and made safe. */
export interface GuardedIo extends Io {
  /** Give it to core, which makes the site's secrets known to it. */
  readonly redactor: Redactor;
}

/**
 * All text leaves the process here: whatever is written to either stream is redacted, and of
 * control characters only those that our own views use are left unchanged.
 */
export function guardIo(io: Io, redactor: Redactor): GuardedIo {
  return {
    ...io,
    stdout: guarded(io.stdout, redactor),
    stderr: guarded(io.stderr, redactor),
    redactor,
  };
}

/** Size and colours are read each time, because a window may change. */
function guarded(terminal: Terminal, redactor: Redactor): Terminal {
  return Object.create(terminal, {
    write: { value: (text: string) => terminal.write(showControls(redactor.redact(text))) },
  });
}

/** The sequences that our views use: colours, hide and show the cursor, move it up, erase below it or its line. */
const OURS = '\\r?\\x1b\\[(?:[\\d;]*m|\\?25[hl]|\\d*A|[02]?[JK])|\\r(?=\\x1b\\[)';
/** Also characters that change the text direction or break a line, which terminals do not show. */
const CONTROL =
  '[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069]';
const OURS_OR_CONTROL = new RegExp(`(${OURS})|${CONTROL}`, 'g');

/** Escapes the others as JSON does, so that JSON stays equivalent. */
function showControls(text: string): string {
  return text.replace(OURS_OR_CONTROL, (sign, ours: string | undefined) =>
    ours === undefined ? `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}` : sign,
  );
}
