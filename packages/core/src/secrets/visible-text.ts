export interface VisibleStream {
  write(chunk: string): string;
  end(): string;
}

/**
 * Makes a text safe to print: nothing in it moves the cursor, changes the title, the clipboard or the direction of writing,
 * or hides other text.
 *
 * - Tabs and line feeds stay. CR LF and a lone CR become a line feed, so that nothing is overprinted.
 * - Colours and attributes (SGR) and "erase to the end of the line" are removed.
 * - Characters without width (ZERO WIDTH SPACE, BOM, soft hyphen, tags, …) are removed.
 * - Every other control character (C0, DEL, C1, bidirectional controls, line and paragraph separators) is shown as
 *   `\x1b`, `\x08`, `\u202e`. Half a surrogate pair becomes U+FFFD.
 *
 * Idempotent.
 */
export function makeVisible(text: string): string {
  let from = 0;
  let out = '';
  // First one class, then the whole sign at that place: several times as fast as one expression for both.
  for (SPECIAL.lastIndex = 0; SPECIAL.test(text); SPECIAL.lastIndex = from) {
    const at = SPECIAL.lastIndex - 1;
    SIGN.lastIndex = at;
    const sign = SIGN.exec(text)?.[0] ?? (text[at] as string);
    out += text.slice(from, at) + replacementOf(sign);
    from = at + sign.length;
  }
  return from === 0 ? text : out + text.slice(from);
}

/** The same for text in pieces: an incomplete escape sequence, CR LF or surrogate pair is held back until it is complete. */
export function createVisibleStream(): VisibleStream {
  let held = '';
  return {
    write(chunk) {
      const text = held + chunk;
      const cut = OPEN.exec(text.slice(-LONGEST_SEQUENCE))?.[0].length ?? 0;
      held = text.slice(text.length - cut);
      return makeVisible(text.slice(0, text.length - cut));
    },
    end() {
      const text = held;
      held = '';
      return makeVisible(text);
    },
  };
}

/** ECMA-48, 5.4: CSI, parameter bytes, intermediate bytes, final byte. Longer ones are shown, not removed. */
const LONGEST_SEQUENCE = 64;
const SEQUENCE_START = '(?:\\x1b\\[|\\x9b)[\\d;:]{0,60}';
const NO_WIDTH =
  '\\xad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180e\\u200b-\\u200d\\u2060-\\u2065\\u206a-\\u206f\\ufeff\\ufff9-\\ufffb';
const CONTROLS = '\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f';
const DIRECTION = '\\u200e\\u200f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069';
const SURROGATES = '\\ud800-\\udfff';
const TAGS = '\\udb40[\\udc00-\\udc7f]';

const SPECIAL = new RegExp(`[${CONTROLS}${NO_WIDTH}${DIRECTION}${SURROGATES}]`, 'g');
/** Signs of more than one character. */
const SIGN = new RegExp(`${SEQUENCE_START}[mK]|\\r\\n?|${TAGS}|[\\ud800-\\udbff][\\udc00-\\udfff]`, 'y');
const SHOWN = new RegExp(`[${CONTROLS}${DIRECTION}]`);
const OPEN = new RegExp(`(?:\\r|[\\ud800-\\udbff]|\\x1b|${SEQUENCE_START})$`);

function replacementOf(sign: string): string {
  if (sign[0] === '\r') return '\n';
  if (sign.length === 1) {
    if (SHOWN.test(sign)) return escaped(sign.charCodeAt(0));
    return isSurrogate(sign) ? '\ufffd' : '';
  }
  return isSurrogate(sign) && !(sign.startsWith('\udb40') && sign.charCodeAt(1) < 0xdc80) ? sign : '';
}

function isSurrogate(sign: string): boolean {
  const code = sign.charCodeAt(0);
  return code >= 0xd800 && code <= 0xdfff;
}

function escaped(code: number): string {
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}
