import { base64Forms, nestedBase64Forms, urlSafe } from './base64.ts';
import { entityForms } from './entities.ts';
import { jsonForms, plainJsonForms } from './json.ts';
import { percentForms, userPartForms } from './percent.ts';
import { quotedBytes, quotedForms } from './quoting.ts';

/** How a secret may be written. */
export type SecretForm =
  | 'raw'
  | 'url-encoded'
  | 'html-escaped'
  | 'json-escaped'
  | 'quoted'
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
 * Every text that reveals a secret, each once: its value, with the entities of HTML, and percent-encoded, JSON-escaped or
 * quoted as tools do it, each of these three also in JSON; base64 in both alphabets at every offset in a larger document,
 * also in base64 again; and hexadecimal. Most of them are the value itself when it holds only letters and digits. The texts hold no line
 * breaks: a search ignores them, so that it also finds wrapped documents.
 *
 * Base64 usually encodes a whole document, so the value is also encoded as it is written in a URL or in JSON.
 */
export function encodedForms(value: string): readonly EncodedSecret[] {
  const forms = new Map<string, SecretForm>();
  const add = (form: SecretForm, texts: Iterable<string>) => {
    for (const text of texts) {
      const unbroken = text.replace(/[\r\n]/g, '');
      if (unbroken !== '' && !forms.has(unbroken)) forms.set(unbroken, form);
    }
  };
  const bytes = Buffer.from(value, 'utf8');
  const percent = percentForms(value);
  const quoted = quotedForms(value);
  add('raw', [value]);
  add('url-encoded', percent);
  add('html-escaped', entityForms(value));
  add('json-escaped', jsonForms(value));
  add('quoted', quoted);
  // As a log shows bytes that are no text.
  add('quoted', [quotedBytes(value).toString('utf8')]);
  add('json-escaped', new Set([...percent, ...quoted].flatMap(plainJsonForms)));
  for (const written of new Set([value, ...userPartForms(value), ...plainJsonForms(value)])) {
    for (const text of base64Forms(Buffer.from(written, 'utf8'))) {
      add('base64', [text]);
      add('base64url', [urlSafe(text)]);
    }
  }
  add('base64', nestedBase64Forms(bytes));
  add('hex', [bytes.toString('hex'), bytes.toString('hex').toUpperCase()]);
  const lines = value.split(/[\r\n]+/).filter((line) => line !== value && !/^-{5}.*-{5}$/.test(line));
  add(
    'line',
    lines.filter(({ length }) => length >= SHORTEST_LINE),
  );
  return [...forms].map(([text, form]) => ({ form, text }));
}

/** A form of a secret in a file, which need not be text. */
export interface SecretBytes {
  readonly form: SecretForm;
  readonly bytes: Buffer;
}

/**
 * Everything that reveals a secret in a file: every text of `encodedForms`, quoted byte by byte, UTF-16 in both byte
 * orders, and base64 of UTF-16, as PowerShell reads its commands.
 */
export function encodedBytes(value: string): readonly SecretBytes[] {
  const texts = encodedForms(value).map(({ form, text }) => ({ form, bytes: Buffer.from(text, 'utf8') }));
  const littleEndian = Buffer.from(value.replace(/[\r\n]/g, ''), 'utf16le');
  const utf16: SecretBytes[] = [littleEndian, Buffer.from(littleEndian).swap16()].map((bytes) => ({
    form: 'utf-16',
    bytes,
  }));
  const packed = base64Forms(littleEndian).map((text): SecretBytes => {
    return { form: 'base64', bytes: Buffer.from(text) };
  });
  return [...texts, { form: 'quoted', bytes: quotedBytes(value) }, ...utf16, ...packed];
}
