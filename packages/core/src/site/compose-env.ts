/**
 * A `.env` as Docker Compose reads it (compose-go, `dotenv/parser.go`), with the place of everything.
 * Spaces, quotes, comments and escapes are Compose's, where they are unlike a shell's too.
 */
import type { EnvFault } from '../errors/env-findings.ts';
import { expandTemplate } from './compose-template.ts';
import { placesIn, type TextPlace } from './text-place.ts';

export interface ComposeReading {
  readonly assignments: readonly ComposeAssignment[];
  /** What Compose refuses or takes from the environment. Reading goes on at the next line, to find them all. */
  readonly problems: readonly ComposeProblem[];
}

export interface ComposeAssignment {
  readonly key: string;
  /** 1-based line of the key. */
  readonly line: number;
  readonly quote: '"' | "'" | undefined;
  /** The value's text between its quotes, or up to the comment; escapes and variables as written. */
  readonly written: string;
  /** Offsets in the file's text of the value, without its quotes. */
  readonly start: number;
  readonly end: number;
  /** What is left once escapes are read, before variables are expanded. */
  readonly unexpanded: string;
  readonly value: string;
  /** Names that Compose looked up; and those of them that the lines above do not set. */
  readonly variables: readonly string[];
  readonly unset: readonly string[];
}

export interface ComposeProblem extends TextPlace {
  readonly kind: EnvFault;
}

/** Reads the text of a `.env`. Variables are taken from the lines above only, never from the environment. */
export function readComposeEnv(text: string): ComposeReading {
  return new ComposeReader(text).read();
}

const BOM = '\uFEFF';
/** Space within a line, by Compose's own list. */
const BLANK = /[\t\v\f\r \u0085\u00A0]/;
/** Go's unicode.IsSpace. */
const SPACE = /[\t\n\v\f\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]/;
const KEY_CHARACTER = /[\p{L}\p{N}_.\-[\]]/u;
const EXPORT = /^export[\t\n\f\r ]/;
const ESCAPE = /\\(?:[abcfnrtv$"\\]|0\d{0,3})/g;
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '"': '"',
  '\\': '\\',
};

class ComposeReader {
  readonly #text: string;
  readonly #assignments: ComposeAssignment[] = [];
  readonly #values = new Map<string, string>();
  readonly #problems: ComposeProblem[] = [];
  readonly #placeOf: (offset: number) => TextPlace;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#placeOf = placesIn(text);
    if (text.startsWith(BOM)) this.#at = 1;
  }

  read(): ComposeReading {
    while (this.#skipToStatement()) this.#readStatement();
    return { assignments: this.#assignments, problems: this.#problems };
  }

  #skipToStatement(): boolean {
    for (;;) {
      this.#skip(SPACE);
      if (this.#at >= this.#text.length) return false;
      if (this.#text[this.#at] !== '#') return true;
      this.#at = this.#lineEnd(this.#at);
    }
  }

  #readStatement(): void {
    if (EXPORT.test(this.#text.slice(this.#at, this.#at + 7))) {
      this.#at += 'export'.length;
      this.#skip(BLANK);
    }
    const start = this.#at;
    const end = this.#keyEnd(start);
    const key = trimEnd(this.#text.slice(start, end));
    const separator = this.#text[end];
    if (separator === undefined || separator === '\n') {
      this.#refuse('no-value', start);
    } else if (separator !== '=' && separator !== ':') {
      this.#refuse('key', end);
    } else if (key === '' || key.includes(' ')) {
      this.#refuse('key', start);
    } else {
      this.#at = end + 1;
      this.#readValue(key, start);
    }
  }

  /** The offset of the key's `=` or `:`, or of the first character that no key may have. */
  #keyEnd(start: number): number {
    let end = start;
    while (end < this.#text.length) {
      const character = String.fromCodePoint(this.#text.codePointAt(end) ?? 0);
      if (!BLANK.test(character) && !KEY_CHARACTER.test(character)) break;
      end += character.length;
    }
    return end;
  }

  #readValue(key: string, keyStart: number): void {
    const separatorEnd = this.#at;
    this.#skip(BLANK);
    const first = this.#text[this.#at];
    const { line } = this.#placeOf(keyStart);
    const value = first === '"' || first === "'" ? this.#readQuoted(first) : this.#readUnquoted(separatorEnd);
    if (value === undefined) {
      this.#refuse('quote', keyStart);
      return;
    }
    const variables = new Set<string>();
    const unset = new Set<string>();
    const lookup = (name: string): string | undefined => {
      variables.add(name);
      const found = this.#values.get(name);
      if (found === undefined) unset.add(name);
      return found;
    };
    const { quote, start, end, inner } = value;
    const expansion = quote === "'" ? undefined : expandTemplate(inner, lookup);
    if (expansion?.problem !== undefined) {
      this.#refuse(expansion.problem, keyStart);
      return;
    }
    const expanded = expansion?.value ?? inner;
    this.#values.set(key, expanded);
    this.#assignments.push({
      key,
      line,
      quote,
      written: this.#text.slice(start, end),
      start,
      end,
      unexpanded: inner,
      value: expanded,
      variables: [...variables],
      unset: [...unset],
    });
  }

  /** A value that is empty begins directly after the `=`, before any carriage return. */
  #readUnquoted(separatorEnd: number): Value {
    const start = this.#at;
    const lineEnd = this.#lineEnd(start);
    const line = this.#text.slice(start, lineEnd);
    const comment = line.indexOf(' #');
    const inner = trimEnd(comment === -1 ? line : line.slice(0, comment));
    this.#at = lineEnd + 1;
    const place = inner === '' ? separatorEnd : start;
    return { quote: undefined, start: place, end: place + inner.length, inner };
  }

  #readQuoted(quote: '"' | "'"): Value | undefined {
    const start = this.#at + 1;
    let end = start;
    let inner = '';
    for (; end < this.#text.length && this.#text[end] !== quote; end += 1) {
      const next = this.#text[end + 1];
      if (this.#text[end] === '\\' && next !== undefined) {
        inner += next === quote ? quote : `\\${next}`;
        end += 1;
      } else {
        inner += this.#text[end];
      }
    }
    if (end >= this.#text.length) return undefined;
    this.#at = end + 1;
    return { quote, start, end, inner: quote === '"' ? readEscapes(inner) : inner };
  }

  #skip(kind: RegExp): void {
    while (this.#at < this.#text.length && kind.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #lineEnd(from: number): number {
    const end = this.#text.indexOf('\n', from);
    return end === -1 ? this.#text.length : end;
  }

  #refuse(kind: ComposeProblem['kind'], offset: number): void {
    this.#problems.push({ kind, ...this.#placeOf(offset) });
    this.#at = this.#lineEnd(offset);
  }
}

interface Value {
  readonly quote: '"' | "'" | undefined;
  readonly start: number;
  readonly end: number;
  readonly inner: string;
}

/** A loop, because a regular expression would take quadratic time for spaces within a line. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && SPACE.test(text[end - 1] ?? '')) end -= 1;
  return text.slice(0, end);
}

function readEscapes(text: string): string {
  return text.replace(ESCAPE, (sequence) => {
    const letter = sequence[1] ?? '';
    if (letter === '$') return '$$';
    if (letter !== '0') return SIMPLE_ESCAPES[letter] ?? sequence;
    return readOctal(sequence);
  });
}

/** `\0101` is `A`: three octal digits after the leading 0, up to 255. Else Compose drops the 0 and keeps the rest. */
function readOctal(sequence: string): string {
  const digits = sequence.slice(2);
  const code = /^[0-7]{3}$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
  return code <= 255 ? String.fromCharCode(code) : `\\${digits}`;
}
