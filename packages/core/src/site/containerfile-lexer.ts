/**
 * Words of a Containerfile with their quotes, escapes and variables read, by the rules of BuildKit
 * (`frontend/dockerfile/shell`). The escape character is the file's, but within patterns.
 */
import { parseShellPattern, replacePattern, trimPrefix, trimSuffix } from './shell-pattern.ts';

/** Gives the value of an ARG or ENV; `undefined` when it has none. */
export type ArgLookup = (name: string) => string | undefined;

/** Why BuildKit cannot read a word; `too-long` is our own bound. */
export type WordFault = 'quote' | 'brace' | 'substitution' | 'pattern' | 'unset' | 'too-long';

export interface LexOptions {
  readonly escapeCharacter: string;
  readonly lookup: ArgLookup;
  /** Quotes stay in the result. */
  readonly keepsQuotes?: boolean;
  /** Escape characters stay in the result. */
  readonly keepsEscapes?: boolean;
  /** Variables without a value stay as written. */
  readonly keepsUnset?: boolean;
}

export interface LexedText {
  /** The whole text. */
  readonly text: string;
  /** Split at spaces that are neither quoted nor escaped. */
  readonly words: readonly string[];
  readonly fault: WordFault | undefined;
}

/** Linux accepts no longer argument or environment variable. */
export const LONGEST_WORD = 128 * 1024;

/** How much a pattern may be compared: its length times that of the value. */
const PATTERN_WORK = 10_000_000;

/** Variables within variables; a hostile text must not exhaust the stack. */
const DEEPEST_NESTING = 100;

/** Reads a text; with a fault, the rest is empty. Never throws. */
export function lex(text: string, options: LexOptions): LexedText {
  try {
    const { text: read, words } = new Lexer(text, options).readTo(undefined, options.keepsEscapes === true);
    return { text: read, words, fault: undefined };
  } catch (error) {
    if (!(error instanceof WordError)) throw error;
    return { text: '', words: [], fault: error.fault };
  }
}

class WordError extends Error {
  readonly fault: WordFault;
  constructor(fault: WordFault) {
    super(fault);
    this.fault = fault;
  }
}

const LETTER = /[\p{L}\p{Nd}_]/u;
const DIGIT = /\p{Nd}/u;
const SPACE = /\s/u;
const SPECIAL = '@*#?-$!';

class Lexer {
  readonly #characters: readonly string[];
  readonly #options: LexOptions;
  /** A text that holds no variable gets no longer. */
  readonly #longest: number;
  #at = 0;
  #depth = 0;

  constructor(text: string, options: LexOptions) {
    this.#characters = [...text];
    this.#options = options;
    this.#longest = Math.max(LONGEST_WORD, text.length);
  }

  readTo(stop: string | undefined, keepsEscapes: boolean) {
    const { escapeCharacter } = this.#options;
    const words = new Words(this.#longest);
    for (let next = this.#peek(); next !== undefined; next = this.#peek()) {
      if (next === stop) {
        this.#at += 1;
        return words.end();
      }
      if (next === "'") words.addQuoted(this.#readSingleQuoted());
      else if (next === '"') words.addQuoted(this.#readDoubleQuoted(keepsEscapes));
      else if (next === '$') words.add(this.#readDollar());
      else if (next === '<') words.addQuoted(this.#readLess());
      else {
        this.#at += 1;
        if (next !== escapeCharacter) {
          words.add(next);
          continue;
        }
        if (keepsEscapes) words.addQuoted(next);
        const escaped = this.#next();
        if (escaped !== undefined) words.addQuoted(escaped);
      }
    }
    if (stop !== undefined) throw new WordError('brace');
    return words.end();
  }

  /** Spaces between `<<` and the name of a heredoc belong to the word. */
  #readLess(): string {
    this.#at += 1;
    if (this.#peek() !== '<') return '<';
    let read = '<<';
    this.#at += 1;
    for (let next = this.#peek(); next === ' ' || next === '\t'; next = this.#peek()) {
      read += next;
      this.#at += 1;
    }
    return read;
  }

  #readSingleQuoted(): string {
    const end = this.#characters.indexOf("'", this.#at + 1);
    if (end === -1) throw new WordError('quote');
    const read = this.#characters.slice(this.#at + 1, end).join('');
    this.#at = end + 1;
    return this.#options.keepsQuotes === true ? `'${read}'` : read;
  }

  #readDoubleQuoted(keepsEscapes: boolean): string {
    const { escapeCharacter, keepsQuotes } = this.#options;
    const words = new Words(this.#longest);
    this.#at += 1;
    for (let next = this.#peek(); next !== '"'; next = this.#peek()) {
      if (next === undefined) throw new WordError('quote');
      if (next === '$') {
        words.addQuoted(this.#readDollar());
        continue;
      }
      this.#at += 1;
      if (next === escapeCharacter) {
        if (keepsEscapes) words.addQuoted(next);
        const escaped = this.#peek();
        if (escaped === undefined) continue;
        if (escaped === '"' || escaped === '$' || escaped === escapeCharacter) {
          this.#at += 1;
          words.addQuoted(escaped);
          continue;
        }
      }
      words.addQuoted(next);
    }
    this.#at += 1;
    const read = words.end().text;
    return keepsQuotes === true ? `"${read}"` : read;
  }

  #readDollar(): string {
    const start = this.#at;
    this.#at += 1;
    if (this.#peek() !== '{') {
      const name = this.#readName();
      return name === '' ? '$' : this.#valueOf(name, start);
    }
    this.#at += 1;
    const first = this.#peek();
    if (first === undefined) throw new WordError('brace');
    if (first === '{' || first === '}' || first === ':') throw new WordError('substitution');
    this.#depth += 1;
    if (this.#depth > DEEPEST_NESTING) throw new WordError('too-long');
    const read = this.#readBraced(start);
    this.#depth -= 1;
    return read;
  }

  #readBraced(start: number): string {
    const name = this.#readName();
    const sign = this.#next();
    if (sign === undefined) throw new WordError('brace');
    if (sign === '}') return this.#valueOf(name, start);
    if (sign === '/') return this.#replace(name, start);
    const isEmptyUnset = sign === ':';
    const operator = isEmptyUnset ? (this.#next() ?? '') : sign;
    const known = isEmptyUnset ? '-+?' : '-+?#%';
    if (!known.includes(operator) || operator === '') throw new WordError('substitution');
    const isPattern = operator === '#' || operator === '%';
    const { text: word } = this.readTo('}', isPattern);
    const value = this.#options.lookup(name);
    if (value === undefined && this.#options.keepsUnset === true) return this.#written(start);
    if (isPattern) return this.#trim(value ?? '', { operator, word });
    const isSet = value !== undefined && !(isEmptyUnset && value === '');
    if (operator === '-') return isSet ? value : word;
    if (operator === '+') return isSet ? word : '';
    if (!isSet) throw new WordError('unset');
    return value;
  }

  #trim(value: string, { operator, word }: { readonly operator: string; readonly word: string }): string {
    const isLongest = word.startsWith(operator);
    const pattern = this.#patternOf(isLongest ? word.slice(1) : word, value);
    return (operator === '#' ? trimPrefix : trimSuffix)(value, pattern, isLongest);
  }

  #replace(name: string, start: number): string {
    const isEvery = this.#peek() === '/';
    if (isEvery) this.#at += 1;
    const { text: written } = this.readTo('/', true);
    const { text: replacement } = this.readTo('}', true);
    const value = this.#options.lookup(name);
    if (value === undefined && this.#options.keepsUnset === true) return this.#written(start);
    const pattern = this.#patternOf(written, value ?? '');
    if ((value ?? '').length * (replacement.length + 1) > PATTERN_WORK) throw new WordError('too-long');
    return replacePattern(value ?? '', { pattern, replacement, isEvery });
  }

  #patternOf(written: string, value: string) {
    if (written.length * value.length > PATTERN_WORK) throw new WordError('too-long');
    const pattern = parseShellPattern(written);
    if (pattern === undefined) throw new WordError('pattern');
    return pattern;
  }

  #valueOf(name: string, start: number): string {
    const value = this.#options.lookup(name);
    return value ?? (this.#options.keepsUnset === true ? this.#written(start) : '');
  }

  #written(start: number): string {
    return this.#characters.slice(start, this.#at).join('');
  }

  /** Letters, digits and `_`; digits alone when it begins with one; or one special character. */
  #readName(): string {
    const first = this.#peek();
    if (first === undefined) return '';
    if (SPECIAL.includes(first)) {
      this.#at += 1;
      return first;
    }
    const kind = DIGIT.test(first) ? DIGIT : LETTER;
    const start = this.#at;
    while (kind.test(this.#peek() ?? '')) this.#at += 1;
    return this.#written(start);
  }

  #peek(): string | undefined {
    return this.#characters[this.#at];
  }

  #next(): string | undefined {
    const next = this.#characters[this.#at];
    this.#at += 1;
    return next;
  }
}

/** What was read so far: the text as one, and its words. */
class Words {
  readonly #words: string[] = [];
  readonly #text: string[] = [];
  readonly #longest: number;
  #length = 0;
  #word = '';

  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Splits at spaces. */
  add(text: string): void {
    this.#take(text);
    for (const character of text) {
      if (!SPACE.test(character)) this.#word += character;
      else if (this.#word !== '') {
        this.#words.push(this.#word);
        this.#word = '';
      }
    }
  }

  addQuoted(text: string): void {
    this.#take(text);
    this.#word += text;
  }

  #take(text: string): void {
    this.#length += text.length;
    if (this.#length > this.#longest) throw new WordError('too-long');
    this.#text.push(text);
  }

  end() {
    if (this.#word !== '') this.#words.push(this.#word);
    this.#word = '';
    return { text: this.#text.join(''), words: this.#words };
  }
}
