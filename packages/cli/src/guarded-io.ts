import type { Redactor } from '@de-build/core';
import type { Io, Terminal } from './io.ts';

/** What commands get of the process: all that they write is redacted, and harmless. */
export interface GuardedIo extends Io {
  /** Give it to core, which makes the site's secrets known to it. */
  readonly redactor: Redactor;
}

/**
 * The one way out of the process for text: whatever is written to either stream passes the redactor here, and of
 * control characters only those that our own views are drawn with stay what they are.
 */
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
    write: { value: (text: string) => terminal.write(showControls(redactor.redact(text))) },
  });
}

/** Colours, the cursor hidden and shown, moved up, and what stands below or on its line erased: all that we draw with. */
const OURS = '\\r?\\x1b\\[(?:[\\d;]*m|\\?25[hl]|\\d*A|[02]?[JK])|\\r(?=\\x1b\\[)';
/** Also what turns the direction of writing or breaks a line, as no terminal shows it. */
const CONTROL =
  '[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069]';
const OURS_OR_CONTROL = new RegExp(`(${OURS})|${CONTROL}`, 'g');

/** Shows the others as JSON writes them, so that JSON says what it said before. */
function showControls(text: string): string {
  return text.replace(OURS_OR_CONTROL, (sign, ours: string | undefined) =>
    ours === undefined ? `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}` : sign,
  );
}
