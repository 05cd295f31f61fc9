import { envDuplicate, envNul, envSyntax } from '../errors/env-findings.ts';
import type { Finding } from '../errors/finding.ts';
import { type ComposeAssignment, readComposeEnv } from './compose-env.ts';
import { parseDotenv } from './dotenv-reading.ts';
import { compareReadings } from './env-ambiguity.ts';
import { readText } from './read-text.ts';
import { hasSensitiveName, isSensitiveValue } from './sensitive-key.ts';
import { placeOf } from './text-place.ts';

/** `.env` as read: every assignment with its place. */
export interface EnvFile {
  /** Relative to the site's folder, forward slashes; or `the environment`, where that takes its place. */
  readonly path: string;
  readonly text: string;
  readonly entries: ReadonlyMap<string, EnvEntry>;
}

export interface EnvEntry {
  readonly key: string;
  /**
   * What both npm's dotenv and Compose read. Where they differ it is what Compose reads; a key that de-build
   * uses itself then has an error finding, so that it is never released.
   */
  readonly value: string;
  /** 1-based; only of a file. */
  readonly line?: number;
  /** By decorator in the example, by its name, or by its value. */
  readonly sensitive: boolean;
}

/** Of a file. */
export interface PlacedEntry extends EnvEntry {
  readonly line: number;
}

export interface EnvReading {
  /** `undefined` when there is no such file, or it cannot be read. */
  readonly env: EnvFile | undefined;
  readonly findings: readonly Finding[];
}

/** No real `.env` is this large; a log or an archive under that name may be. */
export const MAXIMUM_ENV_BYTES = 64 * 1024;

/**
 * Reads an env file of the site.
 * `usedKeys` are those whose values de-build uses itself: for them Compose and dotenv must agree exactly.
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

/** Like `readEnv`, for text that was read already. */
export function parseEnv(
  text: string,
  path: string,
  usedKeys: ReadonlySet<string> = new Set(),
): {
  readonly env: Omit<EnvFile, 'entries'> & { readonly entries: ReadonlyMap<string, PlacedEntry> };
  readonly findings: readonly Finding[];
} {
  const reading = readComposeEnv(text);
  const entries = new Map<string, PlacedEntry>();
  const nul = text.indexOf('\0');
  const findings = reading.problems.map(({ kind, line, column }) =>
    envSyntax(kind, { file: path, line, column }),
  );
  if (nul !== -1) findings.unshift(envNul({ file: path, ...placeOf(text, nul) }));
  const last = new Map<string, ComposeAssignment>();
  for (const assignment of reading.assignments) {
    const { key, value, line } = assignment;
    const earlier = last.get(key);
    if (earlier !== undefined) findings.push(envDuplicate({ file: path, line, subject: key }, earlier.line));
    last.set(key, assignment);
    entries.set(key, { key, value, line, sensitive: hasSensitiveName(key) || isSensitiveValue(value) });
  }
  const badLines = new Set(reading.problems.map((problem) => problem.line));
  const badKeys = new Set(reading.problems.map((problem) => problem.key));
  const clear = [...last.values()].filter(
    ({ line, unset }) => !badLines.has(line) && !unset.some((name) => badKeys.has(name)),
  );
  findings.push(
    ...compareReadings(clear, parseDotenv(text), { path, usedKeys, isWhole: badLines.size === 0 }),
  );
  return { env: { path, text, entries }, findings: findings.sort(byLine) };
}

function byLine(a: Finding, b: Finding): number {
  return (a.line ?? 0) - (b.line ?? 0);
}
