import type { Finding } from '../errors/finding.ts';
import { type ComposeAssignment, type ComposeProblem, readComposeEnv } from './compose-env.ts';
import { parseDotenv } from './dotenv-reading.ts';
import { judgeReadings } from './env-ambiguity.ts';
import { readText } from './read-text.ts';

/** `.env` as read: every assignment with its place. */
export interface EnvFile {
  /** Relative to the site's folder, forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly entries: ReadonlyMap<string, EnvEntry>;
}

export interface EnvEntry {
  readonly key: string;
  /**
   * What both npm's dotenv and Compose read. Where they differ it is what Compose reads; a key that de-build
   * uses itself has then an error finding, so that no release is made with it.
   */
  readonly value: string;
  /** 1-based. */
  readonly line: number;
  /** By decorator in the example, or by its name (PAT, TOKEN, SECRET, PASSWORD). */
  readonly sensitive: boolean;
}

export interface EnvReading {
  /** `undefined` when there is no such file, or it cannot be read. */
  readonly env: EnvFile | undefined;
  readonly findings: readonly Finding[];
}

/** No real `.env` comes near this; a log or an archive under that name does. */
export const MAXIMUM_ENV_BYTES = 64 * 1024;

/**
 * Reads an env file of the site.
 * `usedKeys` are those whose values de-build uses itself: for them Compose and dotenv must agree to the letter.
 */
export async function readEnv(
  site: string,
  path: string,
  usedKeys: ReadonlySet<string>,
): Promise<EnvReading & { readonly isMissing: boolean }> {
  const file = await readText(site, path, MAXIMUM_ENV_BYTES);
  if (file.state === 'missing') return { env: undefined, findings: [], isMissing: true };
  if (file.state === 'unusable') return { env: undefined, findings: [file.finding], isMissing: false };
  return { ...parseEnv(file.text, path, usedKeys), isMissing: false };
}

/** Like `readEnv`, for text that is already at hand. */
export function parseEnv(
  text: string,
  path: string,
  usedKeys: ReadonlySet<string> = new Set(),
): { readonly env: EnvFile; readonly findings: readonly Finding[] } {
  const reading = readComposeEnv(text);
  const entries = new Map<string, EnvEntry>();
  const findings = [
    ...findNul(text, path),
    ...reading.problems.map((problem) => describeProblem(problem, path)),
  ];
  const last = new Map<string, ComposeAssignment>();
  for (const assignment of reading.assignments) {
    const { key, value, line } = assignment;
    const earlier = last.get(key);
    if (earlier !== undefined) findings.push(duplicate(path, assignment, earlier));
    last.set(key, assignment);
    entries.set(key, { key, value, line, sensitive: hasSensitiveName(key) });
  }
  const badLines = new Set(reading.problems.map((problem) => problem.line));
  const clear = [...last.values()].filter((assignment) => !badLines.has(assignment.line));
  findings.push(...judgeReadings(clear, parseDotenv(text), { path, usedKeys, isWhole: badLines.size === 0 }));
  return { env: { path, text, entries }, findings: findings.sort(byLine) };
}

const SENSITIVE_WORDS: ReadonlySet<string> = new Set(['PAT', 'TOKEN', 'SECRET', 'PASSWORD']);

/** Whether a key is secret by its name alone: PAT, TOKEN, SECRET or PASSWORD as a word between underscores. */
export function hasSensitiveName(key: string): boolean {
  return key
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .some((word) => SENSITIVE_WORDS.has(word.replace(/S$/, '')));
}

function findNul(text: string, path: string): Finding[] {
  const at = text.indexOf('\0');
  if (at === -1) return [];
  return [
    {
      id: 'env-nul',
      severity: 'error',
      what: `${path} holds a NUL character.`,
      why: 'No environment variable can hold one, so the file is damaged or not text at all.',
      fix: 'Remove the character, or restore the file.',
      file: path,
      line: text.slice(0, at).split('\n').length,
      column: at - text.lastIndexOf('\n', at),
    },
  ];
}

function duplicate(path: string, assignment: ComposeAssignment, earlier: ComposeAssignment): Finding {
  return {
    id: 'env-duplicate',
    severity: 'error',
    what: `${assignment.key} is set twice, in line ${earlier.line} and in line ${assignment.line}.`,
    why: 'The later line wins silently, whichever of the two was meant.',
    fix: 'Remove one of the two lines.',
    file: path,
    line: assignment.line,
    subject: assignment.key,
  };
}

const PROBLEMS: Readonly<Record<ComposeProblem['kind'], Pick<Finding, 'what' | 'why' | 'fix'>>> = {
  key: {
    what: 'The line does not begin with a key that can be read.',
    why: 'Compose refuses the whole file for it. A key has letters, digits, `_`, `.` and `-`, and no space.',
    fix: 'Correct the key, or begin the line with `#` if it is a comment.',
  },
  'no-value': {
    what: 'The line has no `=`.',
    why: 'Compose takes such a key from the environment of whoever runs it; dotenv passes over it.',
    fix: 'Write `KEY=value`, or begin the line with `#` if it is a comment.',
  },
  quote: {
    what: 'The value opens a quote that is never closed.',
    why: 'Compose refuses the whole file for it.',
    fix: 'Close the quote; put a value that holds a quote itself in quotes of the other kind.',
  },
  invalid: {
    what: 'The value holds a `${` that is no variable.',
    why: 'Compose refuses the whole file for it.',
    fix: 'Put the value in single quotes if the `$` is meant as such.',
  },
  required: {
    what: 'The value needs a variable (`${NAME:?…}`) that no line above sets.',
    why: 'Compose refuses the whole file unless the environment happens to hold it.',
    fix: 'Set the variable in a line above, or write the value out.',
  },
};

function describeProblem(problem: ComposeProblem, path: string): Finding {
  const { line, column } = problem;
  return { id: 'env-syntax', severity: 'error', ...PROBLEMS[problem.kind], file: path, line, column };
}

function byLine(a: Finding, b: Finding): number {
  return (a.line ?? 0) - (b.line ?? 0);
}
