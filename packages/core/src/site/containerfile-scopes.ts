import type { Instruction, Instructions } from './containerfile-instructions.ts';
import type { ArgLookup, WordFault } from './containerfile-lexer.ts';
import { fillWord, splitWords } from './containerfile-words.ts';
import { SOME_PLATFORM } from './platform-args.ts';

/** A word of a FROM, ARG or ENV that BuildKit refuses. */
export interface FaultyWord {
  readonly fault: WordFault;
  /** 1-based. */
  readonly line: number;
}

/** An instruction, and the values of ARG and ENV where it is. */
export interface Visit {
  readonly instruction: Instruction;
  /** Index of its stage; -1 before the first FROM. */
  readonly stage: number;
  readonly lookup: ArgLookup;
  /** Fills a word; the faults are collected. */
  readonly fill: (word: string) => string;
}

export interface Assignment {
  readonly name: string;
  /** Of an ARG: its default; `undefined` without one. */
  readonly value: string | undefined;
}

export interface ScopeVisitor {
  /** Called for every instruction in order; for a FROM, `lookup` has what is set before the first one. */
  visit?(visit: Visit): void;
  /** Called for every name that an ARG declares. */
  arg?(assignment: Assignment, visit: Visit): void;
  /** @returns index of the earlier stage that this FROM is based on; its values are the new stage's */
  from?(visit: Visit): number | undefined;
}

/** How many characters all values may have together: hostile ARGs double with every line. */
const ALL_VALUES = 8 * 1024 * 1024;

/**
 * Goes through a Containerfile with the values that ARG and ENV have at each place, as far as the file and `buildArgs` give
 * them: what a base image sets is unknown.
 * @param buildArgs may have those of `platformArgs`
 */
export function walkScopes(
  { list, escapeCharacter }: Instructions,
  buildArgs: Readonly<Record<string, string>>,
  visitor: ScopeVisitor,
): readonly FaultyWord[] {
  const faults: FaultyWord[] = [];
  const globals = new Map(
    Object.entries(SOME_PLATFORM).map(([name, value]) => [name, buildArgs[name] ?? value]),
  );
  const scopes: Map<string, string>[] = [];
  let scope = globals;
  let total = 0;
  for (const instruction of list) {
    const { name, line } = instruction;
    const isFrom = name === 'FROM';
    const values = isFrom ? globals : scope;
    const lookup: ArgLookup = (key) => values.get(key);
    const fill = (word: string) => {
      const { text, fault } = fillWord(word, escapeCharacter, lookup);
      total += text.length;
      if (total > ALL_VALUES) faults.push({ fault: 'too-long', line });
      else if (fault !== undefined) faults.push({ fault, line });
      return total > ALL_VALUES ? '' : text;
    };
    const visit: Visit = { instruction, stage: scopes.length - 1 + (isFrom ? 1 : 0), lookup, fill };
    visitor.visit?.(visit);
    if (isFrom) {
      const parent = visitor.from?.(visit);
      scope = new Map(parent === undefined ? [] : scopes[parent]);
      scopes.push(scope);
    } else if (name === 'ARG') {
      for (const word of splitWords(instruction.rest, escapeCharacter)) {
        const [key = '', ...rest] = word.split('=');
        const value = rest.length === 0 ? undefined : fill(rest.join('='));
        visitor.arg?.({ name: key, value }, visit);
        const asked = Object.hasOwn(buildArgs, key) ? buildArgs[key] : undefined;
        const taken = asked ?? value ?? (scope === globals ? undefined : globals.get(key));
        if (taken !== undefined) scope.set(key, taken);
      }
    } else if (name === 'ENV' && scope !== globals) {
      // All values of a line are filled before any of them is set.
      const pairs = readEnv(instruction.rest, escapeCharacter).map(
        ([key, value]) => [key, fill(value)] as const,
      );
      for (const [key, value] of pairs) scope.set(key, value);
    }
    if (total > ALL_VALUES) break;
  }
  return faults;
}

/** `ENV A=1 B=2`, and the older `ENV A the whole rest`. */
function readEnv(rest: string, escapeCharacter: string): [string, string][] {
  const words = splitWords(rest, escapeCharacter);
  const [first = ''] = words;
  if (!first.includes('=')) return [[first, rest.slice(first.length).trim()]];
  return words.map((word) => {
    const [name = '', ...value] = word.split('=');
    return [name, value.join('=')];
  });
}
