/**
 * The instructions of a Containerfile, by the rules of BuildKit's parser (`frontend/dockerfile/parser`): parser
 * directives, comments, continuation lines with comments and empty lines between them, heredocs.
 */
import { fillWord, splitWords } from './containerfile-words.ts';

export interface Instruction {
  /** Upper case. */
  readonly name: string;
  /** 1-based line of its first character. */
  readonly line: number;
  /** 1-based line of its last one, heredocs included. */
  readonly lastLine: number;
  /** The leading `--name=value` words, as written. */
  readonly flags: readonly string[];
  /** What follows the flags, continuation lines joined. */
  readonly rest: string;
  /** All of it as written, continuation lines joined. */
  readonly text: string;
}

export interface Instructions {
  readonly list: readonly Instruction[];
  readonly escapeCharacter: string;
  /** A heredoc that is never closed. */
  readonly openHeredoc: { readonly name: string; readonly line: number } | undefined;
}

const DIRECTIVE = /^#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*$/;
const TAKES_HEREDOC = /^(?:ONBUILD\s+)?(?:RUN|COPY|ADD)\s/i;
const HEREDOC = /^\d*<<(-?)\s*([^<]+)$/;

/** Splits a Containerfile into its instructions. Never throws. */
export function parseInstructions(text: string): Instructions {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const escapeCharacter = readEscapeCharacter(lines);
  const list: Instruction[] = [];
  let openHeredoc: Instructions['openHeredoc'];
  for (let index = 0; index < lines.length; ) {
    const joined = joinLines(lines, index, escapeCharacter);
    if (joined.text.trim() === '') {
      index = joined.next;
      continue;
    }
    const documents = TAKES_HEREDOC.test(joined.text.trimStart())
      ? findHeredocs(joined.text, escapeCharacter)
      : [];
    let next = joined.next;
    for (const document of documents) {
      const end = lines.findIndex((line, at) => at >= next && isEnd(line, document));
      if (end === -1) openHeredoc ??= { name: document.name, line: index + 1 };
      next = end === -1 ? lines.length : end + 1;
    }
    list.push({
      ...splitInstruction(joined.text.trim(), escapeCharacter),
      text: joined.text.trim(),
      line: index + 1,
      lastLine: next,
    });
    index = next;
  }
  return { list, escapeCharacter, openHeredoc };
}

/** Directives are at the very top; the first other line ends them. */
function readEscapeCharacter(lines: readonly string[]): string {
  for (const [index, line] of lines.entries()) {
    if (index === 0 && line.startsWith('#!')) continue;
    const [, name, value] = DIRECTIVE.exec(line) ?? [];
    if (/^escape$/i.test(name ?? '')) return value === '`' ? '`' : '\\';
    if (!/^(?:syntax|check)$/i.test(name ?? '')) break;
  }
  return '\\';
}

/** The text of an instruction over all its lines, and the index of the line after it. */
function joinLines(
  lines: readonly string[],
  start: number,
  escapeCharacter: string,
): { readonly text: string; readonly next: number } {
  const mark = `\\${escapeCharacter}`;
  const continues = new RegExp(`(?:([^${mark}])|^)${mark}[ \\t]*$`);
  let text = '';
  let index = start;
  for (; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const isWithin = index > start;
    if (/^\s*#/.test(line) || (isWithin && line.trim() === '')) {
      if (isWithin) continue;
      return { text: '', next: index + 1 };
    }
    const piece = isWithin ? line : line.trimStart();
    const next = piece.replace(continues, '$1');
    text += next;
    if (next === piece) return { text, next: index + 1 };
  }
  return { text, next: index };
}

interface Heredoc {
  readonly name: string;
  readonly isIndented: boolean;
}

function findHeredocs(text: string, escapeCharacter: string): Heredoc[] {
  if (!text.includes('<<')) return [];
  return splitWords(text, escapeCharacter).flatMap((word) => {
    const match = HEREDOC.exec(word);
    const name = fillWord(match?.[2] ?? '', '\\', () => undefined);
    return name === '' ? [] : [{ name, isIndented: match?.[1] === '-' }];
  });
}

function isEnd(line: string, document: Heredoc): boolean {
  return (document.isIndented ? line.replace(/^\t+/, '') : line) === document.name;
}

function splitInstruction(
  text: string,
  escapeCharacter: string,
): Pick<Instruction, 'name' | 'flags' | 'rest'> {
  const [name = ''] = text.split(/\s/, 1);
  let rest = text.slice(name.length).trimStart();
  const flags: string[] = [];
  while (rest.startsWith('--')) {
    const [flag = ''] = splitWords(rest, escapeCharacter);
    flags.push(flag);
    rest = rest.slice(flag.length).trimStart();
    if (flag === '--') break;
  }
  return { name: name.toUpperCase(), flags, rest };
}
