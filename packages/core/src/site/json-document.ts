/**
 * Strict JSON (RFC 8259) that keeps the place of everything, so that a finding can name a line and a column.
 * Stricter than `JSON.parse` where that is silently wrong: duplicate keys and `__proto__` are refused, and
 * the depth is bounded.
 */
import { type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { JsonFault } from '../errors/file-findings.ts';
import { type JsonNode, membersOf } from './json-node.ts';

export interface JsonProblem {
  readonly fault: JsonFault;
  readonly offset: number;
}

export interface JsonDocument {
  readonly text: string;
  /** `undefined` when the text is not JSON; duplicate and unsafe keys leave the rest usable. */
  readonly root: JsonNode | undefined;
  readonly problems: readonly JsonProblem[];
}

/** Reads a document. Never throws; only the first error of syntax is reported. */
export function parseJsonDocument(text: string, maximumDepth = 32): JsonDocument {
  const problems: JsonProblem[] = text.startsWith('\uFEFF') ? [{ fault: 'json-bom', offset: 0 }] : [];
  const json = text.replace(/^\uFEFF/, ' ');
  const tooDeep = findTooDeep(json, maximumDepth);
  if (tooDeep !== undefined)
    return { text, root: undefined, problems: [...problems, { fault: 'json-too-deep', offset: tooDeep }] };
  const errors: ParseError[] = [];
  const root = parseTree(json, errors, { disallowComments: true });
  const [error] = errors;
  if (error !== undefined) return { text, root: undefined, problems: [...problems, explain(error, json)] };
  if (root !== undefined) problems.push(...dropUnusable(root));
  return { text, root, problems };
}

/** Runs before the parser, which would recurse as deep as the text, and exhaust the stack. */
function findTooDeep(text: string, maximumDepth: number): number | undefined {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"?|[[\]{}]/gs)) {
    if (token === ']' || token === '}') depth -= 1;
    else if (token === '[' || token === '{') {
      if (depth > maximumDepth) return index;
      depth += 1;
    }
  }
  return undefined;
}

/** Removes members that must not be used: of two with one key the first counts. */
function dropUnusable(node: JsonNode): JsonProblem[] {
  const problems: JsonProblem[] = [];
  const seen = new Set<string>();
  const dropped = new Set<number>();
  for (const [index, { key, keyOffset: offset }] of membersOf(node).entries()) {
    if (key === '__proto__') problems.push({ fault: 'json-unsafe-key', offset });
    else if (seen.has(key)) problems.push({ fault: 'json-duplicate-key', offset });
    else {
      seen.add(key);
      continue;
    }
    dropped.add(index);
  }
  const kept = node.children?.filter((_, index) => !dropped.has(index)) ?? [];
  if (dropped.size > 0) node.children?.splice(0, Number.POSITIVE_INFINITY, ...kept);
  return [...problems, ...kept.flatMap(dropUnusable)];
}

const FAULTS: Readonly<Record<string, JsonFault>> = {
  InvalidCommentToken: 'comment',
  PropertyNameExpected: 'key',
  ColonExpected: 'colon',
  ValueExpected: 'value',
  CommaExpected: 'comma',
  EndOfFileExpected: 'rest',
  UnexpectedEndOfNumber: 'number',
  InvalidEscapeCharacter: 'escape',
  InvalidUnicode: 'escape',
  InvalidCharacter: 'string',
  UnexpectedEndOfString: 'string',
};
/** The valid part of a text or number. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them by code
const SOUND = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*|-?\d+(?:\.\d+)?/y;

/** The parser names the token; the fault may be inside it, or before it. */
function explain({ error, offset }: ParseError, text: string): JsonProblem {
  if (text.trim() === '') return { fault: 'empty', offset };
  const fault = FAULTS[printParseErrorCode(error)] ?? 'word';
  const comma = /,\s*$/.exec(text.slice(0, offset))?.index;
  if (comma !== undefined && /[\]}]/.test(text[offset] ?? ''))
    return { fault: 'trailing-comma', offset: comma };
  if (fault === 'string' || fault === 'escape' || fault === 'number') {
    SOUND.lastIndex = offset;
    const end = offset + (SOUND.exec(text)?.[0].length ?? 0);
    const isOpen = fault === 'string' && (end === text.length || text[end] === '\n');
    return { fault, offset: isOpen ? offset : end };
  }
  if (offset >= text.length) return { fault: 'end', offset };
  if (fault !== 'word') return { fault, offset };
  if (text[offset] === "'") return { fault: 'quote', offset };
  return { fault: text[offset] === '#' || text[offset] === '/' ? 'comment' : 'word', offset };
}
