/** How a secret may be written. */
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

/** A multi-line secret is also searched for line by line, but not by lines that are shorter than this. */
const SHORTEST_LINE = 12;

/**
 * Every text that reveals a secret, each once: its value, percent-encoded (RFC 3986 in both cases,
 * `application/x-www-form-urlencoded`, every byte), JSON-escaped (also ASCII-only as Python does, and JSON inside JSON),
 * base64 (RFC 4648, both alphabets) at every offset in a larger document, and hexadecimal. The texts hold no line breaks: a
 * search ignores them, so that it also finds wrapped documents.
 *
 * Base64 usually encodes a whole document, so the value is also encoded as it is written in a URL or in JSON. The text has
 * only those characters of base64 that depend on nothing but the secret.
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

/** A form of a secret in a file, which need not be text. */
export interface SecretBytes {
  readonly form: SecretForm;
  readonly bytes: Buffer;
}

/**
 * Everything that reveals a secret in a file: every text of `encodedForms`, UTF-16 in both byte orders, base64 of UTF-16, as
 * PowerShell reads its commands, and base64 of a document that holds base64, as Kubernetes keeps what Docker logs in with.
 */
export function encodedBytes(value: string): readonly SecretBytes[] {
  const texts = encodedForms(value).map(({ form, text }) => ({ form, bytes: Buffer.from(text, 'utf8') }));
  const unbroken = value.replace(/[\r\n]/g, '');
  const littleEndian = Buffer.from(unbroken, 'utf16le');
  const utf16: SecretBytes[] = [littleEndian, Buffer.from(littleEndian).swap16()].map((bytes) => ({
    form: 'utf-16',
    bytes,
  }));
  const offsets = [0, 1, 2];
  const twice = offsets.map((offset) => Buffer.from(base64At(Buffer.from(value, 'utf8'), offset)));
  const packed = [littleEndian, ...twice].flatMap((bytes) =>
    offsets.map((offset): SecretBytes => ({ form: 'base64', bytes: Buffer.from(base64At(bytes, offset)) })),
  );
  return [...texts, ...utf16, ...packed];
}

/** The value, and how it is written in a URL and in JSON. */
function asWritten(value: string): ReadonlySet<string> {
  return new Set([value, ...percentEncoded(value), jsonString(value)]);
}

/** As `encodeURIComponent` does it, and strictly by RFC 3986. */
function percentEncoded(value: string): readonly [lax: string, strict: string] {
  const wellFormed = Buffer.from(value, 'utf8').toString('utf8');
  const lax = encodeURIComponent(wellFormed);
  const strict = lax.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return [lax, strict];
}

function urlEncoded(value: string): readonly string[] {
  const [lax, strict] = percentEncoded(value);
  const every = Buffer.from(value, 'utf8').toString('hex').replace(/../g, '%$&');
  const form = new URLSearchParams([['', value]]).toString().slice(1);
  const upper = [lax, strict, form, strict.replaceAll('%20', '+'), every.toUpperCase()];
  return [...upper, ...upper.map((text) => text.replace(/%../g, (code) => code.toLowerCase()))];
}

function jsonString(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function jsonEscaped(value: string): readonly string[] {
  const plain = jsonString(value);
  const ascii = plain.replace(
    /[\u007f-\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [plain, ascii, plain.replaceAll('/', '\\/'), jsonString(plain), jsonString(ascii)];
}

/** The base64 characters that depend on `bytes` alone when they begin `offset` bytes after a multiple of three. */
function base64At(bytes: Buffer, offset: number): string {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  return whole.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}
