/**
 * The instructions of a Containerfile, by the rules of BuildKit's parser (`frontend/dockerfile/parser`): parser
 * directives, comments, continuation lines with comments and empty lines between them, heredocs.
 */
import { parseJson } from '../parse-json.ts';
import { lex } from './containerfile-lexer.ts';
import { splitWords } from './containerfile-words.ts';

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

/** The `# syntax=` line: the image that the builder reads the file with. */
export interface Syntax {
  readonly image: string;
  /** 1-based. */
  readonly line: number;
}

export interface Instructions {
  readonly list: readonly Instruction[];
  readonly escapeCharacter: string;
  readonly syntax: Syntax | undefined;
  /** A heredoc that is never closed. */
  readonly openHeredoc: { readonly name: string; readonly line: number } | undefined;
}

const DIRECTIVE = /^(#|\/\/)\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*$/;
const TAKES_HEREDOC = /^(?:ONBUILD\s+)?(?:RUN|COPY|ADD)\s/i;
const HEREDOC = /^\d*<<(-?)\s*([^<]+)$/;
const NOTHING_SET = () => undefined;

/** Splits a Containerfile into its instructions. Never throws. */
export function parseInstructions(text: string): Instructions {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const directives = readDirectives(lines);
  const escapeCharacter = directives.get('escape')?.value === '`' ? '`' : '\\';
  const list: Instruction[] = [];
  let openHeredoc: Instructions['openHeredoc'];
  for (let index = 0; index < lines.length; ) {
    const joined = joinLines(lines, index, escapeCharacter);
    if (joined.text.trim() === '') {
      index = joined.next;
      continue;
    }
    const instruction = splitInstruction(joined.text.trim(), escapeCharacter);
    const takesHeredoc =
      TAKES_HEREDOC.test(joined.text.trimStart()) && readJsonForm(instruction.rest) === undefined;
    const documents = takesHeredoc ? findHeredocs(joined.text) : [];
    let next = joined.next;
    for (const document of documents) {
      const end = lines.findIndex((line, at) => at >= next && isEnd(line, document));
      if (end === -1) openHeredoc ??= { name: document.name, line: index + 1 };
      next = end === -1 ? lines.length : end + 1;
    }
    list.push({
      ...instruction,
      text: joined.text.trim(),
      line: index + 1,
      lastLine: next,
    });
    index = next;
  }
  return { list, escapeCharacter, syntax: syntaxOf(lines, directives), openHeredoc };
}

interface Directive {
  readonly value: string;
  readonly line: number;
}

/** They are at the very top; the first other line ends them. The first of a name counts. */
function readDirectives(lines: readonly string[], mark = '#'): ReadonlyMap<string, Directive> {
  const directives = new Map<string, Directive>();
  for (const [index, line] of lines.entries()) {
    if (index === 0 && line.startsWith('#!')) continue;
    const [, found, written = '', value = ''] = DIRECTIVE.exec(line) ?? [];
    const name = written.toLowerCase();
    if (found !== mark || !['escape', 'syntax', 'check'].includes(name)) break;
    if (!directives.has(name)) directives.set(name, { value, line: index + 1 });
  }
  return directives;
}

/** `// syntax=` counts too where there is no `# syntax=`: a frontend may read another language. */
function syntaxOf(lines: readonly string[], directives: ReadonlyMap<string, Directive>): Syntax | undefined {
  const found = directives.get('syntax') ?? readDirectives(lines, '//').get('syntax');
  return found && { image: found.value.split(' ')[0] ?? '', line: found.line };
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

/** Their names are read with a backslash as the escape character, whatever the file's is. */
function findHeredocs(text: string): Heredoc[] {
  if (!text.includes('<<')) return [];
  const options = { escapeCharacter: '\\', lookup: NOTHING_SET, keepsUnset: true };
  const { words } = lex(text, { ...options, keepsQuotes: true, keepsEscapes: true });
  return words.flatMap((word) => {
    const match = HEREDOC.exec(word);
    const names = lex(match?.[2] ?? '', options).words;
    const [name] = names;
    return name === undefined || names.length > 1 ? [] : [{ name, isIndented: match?.[1] === '-' }];
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

/** The texts of `["a", "b"]`; `undefined` where it is not such a list, which then has the shell's form. */
export function readJsonForm(rest: string): readonly string[] | undefined {
  const list = rest.startsWith('[') ? parseJson(rest) : undefined;
  return Array.isArray(list) && list.every((one) => typeof one === 'string') ? list : undefined;
}
