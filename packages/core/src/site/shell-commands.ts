/** The commands of a shell script, as far as they can be read without running it. */
import type { ArgLookup } from './containerfile-lexer.ts';
import { fillWord } from './containerfile-words.ts';

export interface ShellWord {
  /** As the shell passes it on; `undefined` where that depends on what runs. */
  readonly text: string | undefined;
  readonly asWritten: string;
}

/** Words of a command, without assignments before it and redirections. */
export type ShellCommand = readonly ShellWord[];

/**
 * Reads the commands of a script in their order, whatever decides which of them run. Variables come from `lookup`; what the
 * script sets itself, and what a command prints, is unknown.
 */
export function readShellCommands(script: string, lookup: ArgLookup): readonly ShellCommand[] {
  const tokens = tokenize(script);
  const own = new Set(tokens.flatMap((token) => namesSet(token)));
  const known: ArgLookup = (name) => (own.has(name) ? undefined : lookup(name));
  const commands: ShellWord[][] = [[]];
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (token === undefined || token.kind === 'end') commands.push([]);
    else if (token.kind === 'redirection') index += tokens[index + 1]?.kind === 'word' ? 1 : 0;
    else commands.at(-1)?.push({ asWritten: token.text, text: textOf(token.text, known) });
  }
  return commands.map(withoutPrefix).filter((words) => words.length > 0);
}

interface Token {
  readonly kind: 'word' | 'end' | 'redirection';
  readonly text: string;
  /** Names that a command before it sets: `read`, `for`. */
  readonly after?: string | undefined;
}

const RESERVED = new Set(['if', 'then', 'elif', 'else', 'fi', 'while', 'until', 'do', 'done', '{', '}', '!']);

function withoutPrefix(words: readonly ShellWord[]): ShellCommand {
  const start = words.findIndex(
    ({ asWritten }) => !RESERVED.has(asWritten) && !/^[A-Za-z_]\w*=/.test(asWritten),
  );
  return start === -1 ? [] : words.slice(start);
}

/** `NAME=value`, anywhere: also after `export`. And the names of `for NAME` and `read NAME`. */
function namesSet({ kind, text, after }: Token): string[] {
  if (kind !== 'word') return [];
  const name = /^([A-Za-z_]\w*)=/.exec(text)?.[1];
  if (name !== undefined) return [name];
  return after === 'for' || after === 'read' || after === 'unset' ? [text] : [];
}

function textOf(written: string, lookup: ArgLookup): string | undefined {
  // `$'…'` is quoting to bash, and not to every shell.
  if (/`|\$[('"]/.test(written.replace(/(?<!\$)'[^']*'/g, ''))) return undefined;
  let isUnknown = false;
  const { text, fault } = fillWord(written, '\\', (name) => {
    const value = lookup(name);
    isUnknown ||= value === undefined;
    return value;
  });
  return isUnknown || fault !== undefined ? undefined : text;
}

function tokenize(script: string): Token[] {
  const tokens: Token[] = [];
  let word = '';
  let isWord = false;
  let first: string | undefined;
  const endWord = () => {
    if (!isWord) return;
    tokens.push({ kind: 'word', text: word, after: first });
    if (first === undefined || RESERVED.has(first)) first = word;
    word = '';
    isWord = false;
  };
  const endCommand = () => {
    endWord();
    first = undefined;
    tokens.push({ kind: 'end', text: '' });
  };
  for (let index = 0; index < script.length; ) {
    const character = script[index] ?? '';
    if (character === '\\' && script[index + 1] === '\n') index += 2;
    else if (character === '#' && !isWord) {
      const end = script.indexOf('\n', index);
      index = end === -1 ? script.length : end;
    } else if (character === '\n' || ';&|()'.includes(character)) {
      // `2>&1` and `&>file` are redirections.
      const isRedirected =
        character === '&' && (tokens.at(-1)?.kind === 'redirection' || script[index + 1] === '>');
      if (!isRedirected || isWord) endCommand();
      index += 1;
    } else if (character === ' ' || character === '\t' || character === '\r') {
      endWord();
      index += 1;
    } else if (character === '<' || character === '>') {
      if (/^\d+$/.test(word)) {
        word = '';
        isWord = false;
      }
      endWord();
      tokens.push({ kind: 'redirection', text: character });
      index += 1;
      while ('<>|-'.includes(script[index] ?? ' ')) index += 1;
      if (script[index] === '&') index += 1;
    } else {
      const end = endOfPart(script, index);
      word += script.slice(index, end);
      isWord = true;
      index = end;
    }
  }
  endWord();
  return tokens;
}

/** Where the quoted text, the variable, the substitution or the character that begins here ends. */
function endOfPart(script: string, start: number): number {
  const character = script[start];
  if (character === '\\') return start + 2;
  if (character === "'" || character === '`') return endAt(script.indexOf(character, start + 1), script);
  if (character === '$' && script[start + 1] === '{') return endOfNested(script, start + 1, '{}');
  if (character === '$' && script[start + 1] === '(') return endOfNested(script, start + 1, '()');
  if (character !== '"') return start + 1;
  let index = start + 1;
  while (index < script.length && script[index] !== '"') index = endOfPart(script, index);
  return Math.min(index + 1, script.length);
}

function endAt(found: number, script: string): number {
  return found === -1 ? script.length : found + 1;
}

function endOfNested(script: string, start: number, [open, close]: string): number {
  let depth = 0;
  for (let index = start; index < script.length; index += 1) {
    if (script[index] === open) depth += 1;
    if (script[index] === close) depth -= 1;
    if (depth === 0) return index + 1;
  }
  return script.length;
}
