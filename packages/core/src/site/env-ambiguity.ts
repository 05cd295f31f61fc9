import { type EnvDifference, type EnvRemedy, envAmbiguous, envExpanded } from '../errors/env-findings.ts';
import type { Finding } from '../errors/finding.ts';
import { type ComposeAssignment, readComposeEnv } from './compose-env.ts';
import { parseDotenv } from './dotenv-reading.ts';

export interface Comparison {
  readonly path: string;
  /** Keys whose values de-build uses itself. */
  readonly usedKeys: ReadonlySet<string>;
  /** Whether Compose could read every line, so that a key which dotenv alone has is worth reporting. */
  readonly isWhole: boolean;
}

/**
 * Compares what Compose reads with what npm's dotenv reads, key by key.
 *
 * A difference is an error, with one exception: variables (`${NAME}` set above, and `$$` for a `$`) are Compose's
 * own deliberate notation, and only Compose reads the keys that de-build has no use for. There they pass, `${NAME}`
 * with a note.
 */
export function compareReadings(
  assignments: readonly ComposeAssignment[],
  dotenv: Readonly<Record<string, string>>,
  { path: file, usedKeys, isWhole }: Comparison,
): Finding[] {
  const findings: Finding[] = [];
  for (const assignment of assignments) {
    const { key, line, value, unexpanded, unset, variables } = assignment;
    const other = Object.hasOwn(dotenv, key) ? dotenv[key] : undefined;
    if (other === value) continue;
    const at = { file, line, subject: key };
    const isDeliberate = other === unexpanded && unset.length === 0;
    if (!isDeliberate || usedKeys.has(key))
      findings.push(envAmbiguous(differenceOf(assignment, other), remedyFor(assignment, assignments), at));
    else if (variables.length > 0) findings.push(envExpanded(variables, at));
  }
  const known = new Set(assignments.map(({ key }) => key));
  const subject = Object.keys(dotenv).find((key) => !known.has(key));
  if (isWhole && findings.length === 0 && subject !== undefined)
    findings.push(envAmbiguous('no-compose-key', 'own-line', { file, subject }));
  return findings;
}

function differenceOf(assignment: ComposeAssignment, other: string | undefined): EnvDifference {
  const { written, quote, unexpanded, value } = assignment;
  if (written.includes('\r')) return 'carriage-return';
  if (other === undefined) return 'no-key';
  if (quote === undefined && written.startsWith('#')) return 'leading-hash';
  if (quote === undefined && written.includes('#')) return 'hash';
  if (quote === undefined && written.startsWith('`')) return 'backtick';
  if (unexpanded !== value) return 'variable';
  if (written.includes('\\')) return 'backslash';
  return quote === undefined ? 'space' : 'quote';
}

/** The quotes that make both read what is written, found by trying. */
function remedyFor(
  { key, line, written, quote, unset }: ComposeAssignment,
  all: readonly ComposeAssignment[],
): EnvRemedy {
  const isBelow = (name: string) => all.some((other) => other.key === name && other.line > line);
  if (written.includes('\r')) return 'line-endings';
  if (quote === undefined && written.startsWith('#')) return 'comment';
  if (unset.length > 0 && unset.every(isBelow)) return 'move-down';
  if (agrees(key, written, "'")) return written.includes('$') ? 'literal-dollar' : 'single-quotes';
  if (agrees(key, written, '"')) return 'double-quotes';
  return /^[A-Za-z_][\w.-]*$/.test(key) ? 'plain-value' : 'plain-key';
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
