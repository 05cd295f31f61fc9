/**
 * Strict JSON (RFC 8259) that keeps the place of everything, so that a finding can name a line and a column.
 * Stricter than `JSON.parse` where that is silently wrong: duplicate keys and `__proto__` are refused, and
 * the depth is bounded. No text of a problem holds anything of the document.
 */

import type { JsonArray, JsonMember, JsonNode, JsonObject } from './json-node.ts';

export interface JsonProblem {
  readonly id: 'json-syntax' | 'json-bom' | 'json-duplicate-key' | 'json-unsafe-key' | 'json-too-deep';
  readonly why: string;
  readonly fix: string;
  readonly offset: number;
}

export interface JsonDocument {
  readonly text: string;
  /** `undefined` when the text is not JSON; duplicate and unsafe keys leave the rest usable. */
  readonly root: JsonNode | undefined;
  readonly problems: readonly JsonProblem[];
}

/** Reads a document. Never throws; reading stops at the first error of syntax. */
export function parseJsonDocument(text: string, maximumDepth = 32): JsonDocument {
  const reader = new JsonReader(text, maximumDepth);
  try {
    const root = reader.readDocument();
    return { text, root, problems: reader.problems };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { text, root: undefined, problems: [...reader.problems, error.problem] };
  }
}

class Stop extends Error {
  readonly problem: JsonProblem;
  constructor(problem: JsonProblem) {
    super(problem.why);
    this.problem = problem;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them by code
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const WORD = /[A-Za-z]+/y;
const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class JsonReader {
  readonly problems: JsonProblem[] = [];
  readonly #text: string;
  readonly #maximumDepth: number;
  #at = 0;

  constructor(text: string, maximumDepth: number) {
    this.#text = text;
    this.#maximumDepth = maximumDepth;
  }

  readDocument(): JsonNode {
    if (this.#text.startsWith('\uFEFF')) {
      this.#at = 1;
      const why = 'It begins with a byte order mark, which JSON forbids and bench refuses.';
      this.problems.push({ id: 'json-bom', why, fix: 'Save the file as UTF-8 without BOM.', offset: 0 });
    }
    this.#skipSpace();
    if (this.#at >= this.#text.length) this.#stop('The file is empty.', 'Write the document.');
    const root = this.#readValue(0);
    this.#skipSpace();
    if (this.#at < this.#text.length) {
      this.#stop('Something follows the end of the document.', 'Remove what follows the last bracket.');
    }
    return root;
  }

  #readValue(depth: number): JsonNode {
    if (depth > this.#maximumDepth) {
      const why = `Brackets are nested more than ${this.#maximumDepth} deep.`;
      throw new Stop({ id: 'json-too-deep', why, fix: 'Remove the nesting.', offset: this.#at });
    }
    const offset = this.#at;
    const first = this.#text[offset];
    if (first === '{') return this.#readObject(depth);
    if (first === '[') return this.#readArray(depth);
    if (first === '"') return { kind: 'scalar', value: this.#readString(), offset };
    if (first === undefined) return this.#stop('The file ends before the document does.', CLOSE);
    const number = this.#match(NUMBER);
    if (number !== '') return { kind: 'scalar', value: Number(number), offset };
    const word = this.#match(WORD);
    if (Object.hasOwn(WORDS, word)) return { kind: 'scalar', value: WORDS[word] ?? null, offset };
    this.#at = offset;
    if (first === "'") return this.#stop('Text stands in single quotes.', 'Use double quotes.');
    if (first === '/' || first === '#') return this.#stop('JSON has no comments.', 'Remove the comment.');
    return this.#stop('A value was expected here.', 'Put text in double quotes, and remove commas too many.');
  }

  #readObject(depth: number): JsonObject {
    const offset = this.#at;
    const members: JsonMember[] = [];
    const seen = new Set<string>();
    this.#at += 1;
    for (let isFirst = true; !this.#closes('}', isFirst); isFirst = false) {
      const keyOffset = this.#at;
      if (this.#text[keyOffset] !== '"') this.#stop('A key in double quotes was expected here.', KEY);
      const key = this.#readString();
      this.#skipSpace();
      if (this.#text[this.#at] !== ':')
        this.#stop('A `:` was expected after the key.', 'Write `"key": value`.');
      this.#at += 1;
      this.#skipSpace();
      const value = this.#readValue(depth + 1);
      if (this.#isUsable(key, keyOffset, seen)) members.push({ key, keyOffset, value });
      seen.add(key);
    }
    return { kind: 'object', members, offset };
  }

  #readArray(depth: number): JsonArray {
    const offset = this.#at;
    const items: JsonNode[] = [];
    this.#at += 1;
    for (let isFirst = true; !this.#closes(']', isFirst); isFirst = false) {
      items.push(this.#readValue(depth + 1));
    }
    return { kind: 'array', items, offset };
  }

  /** Passes the closing bracket, or the comma before the next member. */
  #closes(bracket: '}' | ']', isFirst: boolean): boolean {
    this.#skipSpace();
    const next = this.#text[this.#at];
    if (next === bracket) {
      this.#at += 1;
      return true;
    }
    if (isFirst) return false;
    if (next === undefined) this.#stop('The file ends before the document does.', CLOSE);
    if (next !== ',')
      this.#stop(`A comma or \`${bracket}\` was expected here.`, 'Put a comma between the two.');
    const comma = this.#at;
    this.#at += 1;
    this.#skipSpace();
    if (this.#text[this.#at] === bracket) {
      this.#at = comma;
      this.#stop(`A comma stands before \`${bracket}\`.`, 'Remove the comma.');
    }
    return false;
  }

  #readString(): string {
    const start = this.#at;
    this.#at += 1;
    let value = '';
    for (;;) {
      value += this.#match(PLAIN);
      const next = this.#text[this.#at];
      if (next === '"') break;
      if (next !== '\\') {
        if (next === undefined || next === '\n') this.#at = start;
        this.#stop('Text in double quotes is not closed on its line, or holds a control character.', CLOSE);
      }
      value += this.#readEscape();
    }
    this.#at += 1;
    return value;
  }

  #readEscape(): string {
    const letter = this.#text[this.#at + 1] ?? '';
    const simple = ESCAPES[letter];
    const hex = this.#text.slice(this.#at + 2, this.#at + 6);
    if (simple === undefined && !(letter === 'u' && /^[0-9a-fA-F]{4}$/.test(hex))) {
      this.#stop('A backslash begins no escape that JSON knows.', 'Write `\\\\` for a backslash.');
    }
    this.#at += simple === undefined ? 6 : 2;
    return simple ?? String.fromCharCode(Number.parseInt(hex, 16));
  }

  #isUsable(key: string, offset: number, seen: ReadonlySet<string>): boolean {
    if (key === '__proto__') {
      const why = 'A key is called `__proto__`, which programs in JavaScript take for something else.';
      this.problems.push({ id: 'json-unsafe-key', why, fix: 'Remove the key.', offset });
      return false;
    }
    if (seen.has(key)) {
      const why = 'A key stands twice in the same object; readers disagree which one counts.';
      this.problems.push({ id: 'json-duplicate-key', why, fix: 'Remove one of the two.', offset });
    }
    return !seen.has(key);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #skipSpace(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? '-')) this.#at += 1;
  }

  #stop(why: string, fix: string): never {
    throw new Stop({ id: 'json-syntax', why, fix, offset: this.#at });
  }
}

const CLOSE = 'Close what was opened: `"`, `]` or `}`.';
const KEY = 'Put the key in double quotes.';
