/** A way in which a secret may be written. */
export type SecretForm =
  | 'raw'
  | 'url-encoded'
  | 'json-escaped'
  | 'base64'
  | 'base64url'
  | 'hex'
  | 'line'
  | 'utf-16';

export interface EncodedSecret {
  readonly form: SecretForm;
  readonly text: string;
}

/** A multi-line secret is also searched line by line; shorter lines than this say too little to search for. */
const SHORTEST_LINE = 12;

/**
 * Every text that gives the secret away: its value, percent-encoded (RFC 3986 in both cases, `application/x-www-form-urlencoded`,
 * every byte), JSON-escaped (also ASCII-only as Python writes it, and JSON inside JSON), base64 (RFC 4648, both alphabets)
 * wherever it begins in a larger document, and hexadecimal. Line breaks are left out: a search skips them, so
 * that a document wrapped at 64 or 76 columns hides nothing. Each text stands once.
 *
 * In base64 the value is also looked for as it stands in a URL or in JSON: what is encoded is mostly a whole document.
 *
 * Of base64 only the characters that hold nothing but the secret's bits are in the text: at each end up to four
 * bits of the secret share a character with their neighbour.
 */
export function encodedForms(value: string): readonly EncodedSecret[] {
  const forms = new Map<string, SecretForm>();
  const add = (form: SecretForm, text: string) => {
    const unbroken = text.replace(/[\r\n]/g, '');
    if (unbroken !== '' && !forms.has(unbroken)) forms.set(unbroken, form);
  };
  add('raw', value);
  for (const text of urlEncoded(value)) add('url-encoded', text);
  for (const text of jsonEscaped(value)) add('json-escaped', text);
  const bytes = Buffer.from(value, 'utf8');
  for (const written of asWritten(value)) {
    for (const offset of [0, 1, 2]) {
      const text = base64At(Buffer.from(written, 'utf8'), offset);
      add('base64', text);
      add('base64url', text.replaceAll('+', '-').replaceAll('/', '_'));
    }
  }
  add('hex', bytes.toString('hex'));
  add('hex', bytes.toString('hex').toUpperCase());
  for (const line of value.split(/[\r\n]+/)) {
    if (line.length >= SHORTEST_LINE && line !== value && !/^-{5}.*-{5}$/.test(line)) add('line', line);
  }
  return [...forms].map(([text, form]) => ({ form, text }));
}

/** A way in which a secret may stand in a file, which need not be text. */
export interface SecretBytes {
  readonly form: SecretForm;
  readonly bytes: Buffer;
}

/**
 * What gives the secret away in a file: every text of `encodedForms`, and UTF-16 in both byte orders, by itself and in
 * base64, as PowerShell takes its commands.
 */
export function encodedBytes(value: string): readonly SecretBytes[] {
  const texts = encodedForms(value).map(({ form, text }) => ({ form, bytes: Buffer.from(text, 'utf8') }));
  const unbroken = value.replace(/[\r\n]/g, '');
  const littleEndian = Buffer.from(unbroken, 'utf16le');
  const utf16: SecretBytes[] = [littleEndian, Buffer.from(littleEndian).swap16()].map((bytes) => ({
    form: 'utf-16',
    bytes,
  }));
  const packed = [0, 1, 2].map((offset): SecretBytes => {
    return { form: 'base64', bytes: Buffer.from(base64At(littleEndian, offset)) };
  });
  return [...texts, ...utf16, ...packed];
}

/** The value, and how it is written in a URL and in JSON where that differs. */
function asWritten(value: string): ReadonlySet<string> {
  const wellFormed = Buffer.from(value, 'utf8').toString('utf8');
  const percent = encodeURIComponent(wellFormed);
  const strict = percent.replace(/[!'()*]/g, escapeSign);
  return new Set([value, percent, strict, JSON.stringify(value).slice(1, -1)]);
}

function escapeSign(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
}

function urlEncoded(value: string): readonly string[] {
  const wellFormed = Buffer.from(value, 'utf8').toString('utf8');
  const lax = encodeURIComponent(wellFormed);
  const strict = lax.replace(/[!'()*]/g, escapeSign);
  const every = Buffer.from(value, 'utf8').toString('hex').replace(/../g, '%$&');
  const form = new URLSearchParams([['', value]]).toString().slice(1);
  const upper = [lax, strict, form, strict.replaceAll('%20', '+'), every.toUpperCase()];
  return [...upper, ...upper.map((text) => text.replace(/%../g, (code) => code.toLowerCase()))];
}

function jsonEscaped(value: string): readonly string[] {
  const inner = (text: string) => JSON.stringify(text).slice(1, -1);
  const plain = inner(value);
  const ascii = plain.replace(
    /[\u007f-\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [plain, ascii, plain.replaceAll('/', '\\/'), inner(plain), inner(ascii)];
}

/** The base64 characters that depend on `bytes` alone when they begin `offset` bytes after a multiple of three. */
function base64At(bytes: Buffer, offset: number): string {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  return whole.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}
