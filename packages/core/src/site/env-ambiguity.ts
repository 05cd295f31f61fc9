import type { Finding } from '../errors/finding.ts';
import { type ComposeAssignment, readComposeEnv } from './compose-env.ts';
import { parseDotenv } from './dotenv-reading.ts';

export interface Judgement {
  readonly path: string;
  /** Keys whose values de-build uses itself. */
  readonly usedKeys: ReadonlySet<string>;
  /** Whether Compose could read every line, so that a key which dotenv alone has is worth telling. */
  readonly isWhole: boolean;
}

/**
 * Compares what Compose reads with what npm's dotenv reads, key by key.
 *
 * A difference is an error, with one exception: variables (`${NAME}` set above, and `$$` for a `$`) are Compose's
 * own deliberate notation, and only Compose reads the keys that de-build has no use for. There they pass, `${NAME}`
 * with a note.
 */
export function judgeReadings(
  assignments: readonly ComposeAssignment[],
  dotenv: Readonly<Record<string, string>>,
  { path, usedKeys, isWhole }: Judgement,
): Finding[] {
  const findings: Finding[] = [];
  for (const assignment of assignments) {
    const other = Object.hasOwn(dotenv, assignment.key) ? dotenv[assignment.key] : undefined;
    if (other === assignment.value) continue;
    const isDeliberate = other === assignment.unexpanded && assignment.unset.length === 0;
    if (isDeliberate && !usedKeys.has(assignment.key)) {
      if (assignment.variables.length > 0) findings.push(expanded(path, assignment));
    } else {
      findings.push(ambiguous(path, assignment, other));
    }
  }
  const known = new Set(assignments.map((assignment) => assignment.key));
  const alone = Object.keys(dotenv).find((key) => !known.has(key));
  if (isWhole && findings.length === 0 && alone !== undefined) findings.push(onlyDotenv(path, alone));
  return findings;
}

function ambiguous(path: string, assignment: ComposeAssignment, other: string | undefined): Finding {
  const { key, line } = assignment;
  return {
    id: 'env-ambiguous',
    severity: 'error',
    what: `Compose and npm's dotenv read ${key} differently.`,
    why: explain(assignment, other),
    fix: adviseQuoting(assignment),
    file: path,
    line,
    subject: key,
  };
}

function explain(assignment: ComposeAssignment, other: string | undefined): string {
  const { written, quote, unexpanded, value } = assignment;
  if (written.includes('\r')) {
    return 'The value holds a carriage return, which Compose keeps and dotenv takes for the end of a line.';
  }
  if (other === undefined) return 'Compose takes this for a key with a value, dotenv passes over it.';
  if (quote === undefined && written.startsWith('#')) {
    return 'Directly after the `=`, dotenv takes `#` for a comment and Compose takes it for the value.';
  }
  if (quote === undefined && written.includes('#')) {
    return 'Without quotes, dotenv ends a value at any `#`; Compose only where a space stands before it.';
  }
  if (quote === undefined && written.startsWith('`')) {
    return 'Backticks around a value are quotes to dotenv and part of the value to Compose.';
  }
  if (unexpanded !== value) {
    return 'Outside single quotes Compose expands `$`: `$NAME` to a variable, `$$` to one `$`. dotenv keeps it as it is.';
  }
  if (written.includes('\\')) {
    return 'A backslash in quotes is read by other rules: Compose knows more escapes than dotenv, which knows `\\n` and `\\r`.';
  }
  if (quote !== undefined)
    return 'Where the quoted value ends, and what may follow it, differs between them.';
  return 'They have different rules for spaces and quotes in a value without quotes.';
}

/** The fix: the quotes that make both read what is written, found by trying. */
function adviseQuoting(assignment: ComposeAssignment): string {
  const { key, written, quote } = assignment;
  if (written.includes('\r')) return 'Save the file with LF line endings.';
  if (quote === undefined && written.startsWith('#')) {
    return `Put the comment on a line of its own, above ${key}; if it is the value, put it in single quotes.`;
  }
  if (agrees(key, written, "'")) {
    return written.includes('$')
      ? `Put the value in single quotes (${key}='…'), where \`$\` stands for itself; or write out what it stands for.`
      : `Put the value in single quotes (${key}='…'): both then read exactly what is written between them.`;
  }
  if (agrees(key, written, '"')) {
    return `Put the value in double quotes (${key}="…"): both then read exactly what is written between them.`;
  }
  if (!/^[A-Za-z_][\w.-]*$/.test(key)) return 'Use letters, digits and `_` only in the key.';
  return 'No quotes make both read the same here: use a value without quotes, backslashes, `#` and `$`.';
}

function agrees(key: string, written: string, quote: '"' | "'"): boolean {
  const line = `${key}=${quote}${written}${quote}\n`;
  const { assignments, problems } = readComposeEnv(line);
  return (
    problems.length === 0 &&
    assignments.length === 1 &&
    assignments[0]?.value === written &&
    parseDotenv(line)[key] === written
  );
}

function expanded(path: string, assignment: ComposeAssignment): Finding {
  const { key, line, variables } = assignment;
  return {
    id: 'env-expanded',
    severity: 'note',
    what: `${key} is put together from ${variables.join(', ')}.`,
    why: 'Compose expands variables in this file; a program that reads it with dotenv sees the text as it is written.',
    fix: 'Nothing, as long as only Compose reads this key.',
    file: path,
    line,
    subject: key,
  };
}

function onlyDotenv(path: string, key: string): Finding {
  return {
    id: 'env-ambiguous',
    severity: 'error',
    what: `npm's dotenv reads a key ${key} that Compose does not.`,
    why: 'It stands within a value of several lines, or after an unusual line break.',
    fix: 'Write every key at the start of a line of its own, and save the file with LF line endings.',
    file: path,
    subject: key,
  };
}
