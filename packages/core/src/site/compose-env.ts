/**
 * A `.env` as Docker Compose reads it (compose-go, `dotenv/parser.go`), with the place of everything.
 * Spaces, quotes, comments and escapes are Compose's, even if they differ from a shell's.
 */
import type { EnvFault } from '../errors/env-findings.ts';
import { omitUndefined } from '../omit-undefined.ts';
import { expandTemplate } from './compose-template.ts';
import { placesIn, type TextPlace } from './text-place.ts';

export interface ComposeReading {
  readonly assignments: readonly ComposeAssignment[];
  /** What Compose refuses or takes from the environment. Reading continues at the next line, to find them all. */
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
  /** The value after escapes are read, before variables are expanded. */
  readonly unexpanded: string;
  readonly value: string;
  /** Names that Compose looked up; and those of them that the lines above do not set, and have no default. */
  readonly variables: readonly string[];
  readonly unset: readonly string[];
}

export interface ComposeProblem extends TextPlace {
  readonly kind: EnvFault;
  /** Of which the value is refused. */
  readonly key?: string;
}

/** Reads the text of a `.env`. Variables are taken from the lines above only, never from the environment. */
export function readComposeEnv(text: string): ComposeReading {
  return new ComposeReader(text).read();
}

/** As much as Linux usually gives a process as arguments and environment together. */
const ALL_VALUES = 2 * 1024 * 1024;

/** Go's unicode.IsSpace. */
const SPACE = /[\t\n\v\f\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]/;
const BETWEEN_STATEMENTS = new RegExp(`(?:${SPACE.source}|#[^\\n]*)*`, 'y');
/** Space within a line, by Compose's own list. */
const BLANKS = /[\t\v\f\r \u0085\u00A0]*/y;
/** Up to `=`, `:` or the first character that no key may have. */
const KEY = /[\p{L}\p{N}_.\-[\]\t\v\f\r \u0085\u00A0]*/uy;
const REST_OF_LINE = /[^\n]*/y;
const QUOTED = { '"': /[^"\\]*(?:\\.[^"\\]*)*/sy, "'": /[^'\\]*(?:\\.[^'\\]*)*/sy };
const EXPORT = /export(?=[\t\n\f\r ])/y;
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
  #total = 0;

  constructor(text: string) {
    this.#text = text;
    this.#placeOf = placesIn(text);
    if (text.startsWith('\uFEFF')) this.#at = 1;
  }

  read(): ComposeReading {
    for (;;) {
      this.#match(BETWEEN_STATEMENTS);
      if (this.#at >= this.#text.length || this.#total > ALL_VALUES)
        return { assignments: this.#assignments, problems: this.#problems };
      this.#readStatement();
    }
  }

  #readStatement(): void {
    if (this.#match(EXPORT) !== '') this.#match(BLANKS);
    const start = this.#at;
    const key = trimEnd(this.#match(KEY));
    const separator = this.#text[this.#at];
    if (separator === undefined || separator === '\n') {
      this.#refuse('no-value', start);
    } else if (separator !== '=' && separator !== ':') {
      this.#refuse('key', this.#at);
    } else if (key === '' || key.includes(' ')) {
      this.#refuse('key', start);
    } else {
      this.#at += 1;
      this.#readValue(key, start);
    }
  }

  #readValue(key: string, keyStart: number): void {
    const separatorEnd = this.#at;
    this.#match(BLANKS);
    const first = this.#text[this.#at];
    const { line } = this.#placeOf(keyStart);
    const value = first === '"' || first === "'" ? this.#readQuoted(first) : this.#readUnquoted(separatorEnd);
    if (value === undefined) {
      this.#refuse('quote', keyStart, key);
      return;
    }
    const variables = new Set<string>();
    const unset = new Set<string>();
    const lookup = (name: string, isOptional = false): string | undefined => {
      variables.add(name);
      const found = this.#values.get(name);
      if (found === undefined && !isOptional) unset.add(name);
      return found;
    };
    const { quote, start, end, inner } = value;
    const expansion = quote === "'" ? undefined : expandTemplate(inner, lookup);
    if (expansion?.problem !== undefined) {
      this.#refuse(expansion.problem, keyStart, key);
      return;
    }
    const expanded = expansion?.value ?? inner;
    this.#total += expanded.length;
    if (this.#total > ALL_VALUES) {
      this.#refuse('too-long', keyStart, key);
      return;
    }
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
    const line = this.#match(REST_OF_LINE);
    this.#at += 1;
    const comment = line.indexOf(' #');
    const inner = trimEnd(comment === -1 ? line : line.slice(0, comment));
    const place = inner === '' ? separatorEnd : start;
    return { quote: undefined, start: place, end: place + inner.length, inner };
  }

  #readQuoted(quote: '"' | "'"): Value | undefined {
    this.#at += 1;
    const start = this.#at;
    const written = this.#match(QUOTED[quote]);
    const end = this.#at;
    if (this.#text[end] !== quote) return undefined;
    this.#at += 1;
    const inner = written.replaceAll(`\\${quote}`, quote);
    return { quote, start, end, inner: quote === '"' ? readEscapes(inner) : inner };
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #refuse(kind: ComposeProblem['kind'], offset: number, key?: string): void {
    this.#problems.push({ kind, ...this.#placeOf(offset), ...omitUndefined({ key }) });
    this.#at = offset;
    this.#match(REST_OF_LINE);
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
