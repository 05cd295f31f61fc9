/** Words of an instruction, by the rules of a Containerfile: shell quotes, an escape character, `$NAME`. */

/** Returns the value of an ARG or ENV; `undefined` when it has none. */
export type ArgLookup = (name: string) => string | undefined;

/** Splits at spaces outside quotes; quotes and escapes stay. */
export function splitWords(text: string, escapeCharacter: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (character === escapeCharacter && quote !== "'" && index + 1 < text.length) {
      word = `${word ?? ''}${character}${text[index + 1]}`;
      index += 1;
    } else if (quote === '' && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
      if (quote === '' && (character === '"' || character === "'")) quote = character;
      else if (character === quote) quote = '';
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

/**
 * One word without its quotes and escapes, and with its variables filled: `$NAME`, `${NAME}`, and `${NAME` with
 * `:-` `-` `:+` `+` `}`. A variable without a value is empty, as for the builder.
 */
export function fillWord(word: string, escapeCharacter: string, lookup: ArgLookup): string {
  let filled = '';
  let quote = '';
  for (let index = 0; index < word.length; index += 1) {
    const character = word[index] ?? '';
    if (character === escapeCharacter && quote !== "'" && index + 1 < word.length) {
      const next = word[index + 1] ?? '';
      const isKept = quote === '"' && !['"', '$', escapeCharacter].includes(next);
      filled += isKept ? character + next : next;
      index += 1;
    } else if (quote === '' && (character === '"' || character === "'")) {
      quote = character;
    } else if (character === quote) {
      quote = '';
    } else if (character === '$' && quote !== "'") {
      const variable = readVariable(word, index);
      filled += variable === undefined ? character : fillVariable(variable, escapeCharacter, lookup);
      index += (variable?.length ?? 1) - 1;
    } else {
      filled += character;
    }
  }
  return filled;
}

interface Variable {
  readonly name: string;
  readonly operator: string;
  readonly word: string;
  /** How many characters it takes, from the `$`. */
  readonly length: number;
}

function readVariable(text: string, start: number): Variable | undefined {
  const plain = /^\$(\w+)/.exec(text.slice(start));
  if (plain !== null) return { name: plain[1] ?? '', operator: '', word: '', length: plain[0].length };
  if (text[start + 1] !== '{') return undefined;
  let depth = 0;
  for (let end = start + 1; end < text.length; end += 1) {
    if (text[end] === '{') depth += 1;
    if (text[end] === '}') depth -= 1;
    if (depth > 0) continue;
    const inner = /^(\w+)(?:(:?[-+])(.*))?$/s.exec(text.slice(start + 2, end));
    const [, name = '', operator = '', word = ''] = inner ?? [];
    return inner === null ? undefined : { name, operator, word, length: end + 1 - start };
  }
  return undefined;
}

function fillVariable(
  { name, operator, word }: Variable,
  escapeCharacter: string,
  lookup: ArgLookup,
): string {
  const value = lookup(name);
  const isUsable = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
  const fillIn = () => fillWord(word, escapeCharacter, lookup);
  if (operator.endsWith('-')) return isUsable ? (value ?? '') : fillIn();
  if (operator.endsWith('+')) return isUsable ? fillIn() : '';
  return value ?? '';
}
