import type { Finding } from '../errors/finding.ts';
import type { Secret } from '../secrets/secret.ts';
import type { AppEntry } from '../site/apps-json.ts';
import { benchName } from '../site/bench-name.ts';
import type { App } from './app.ts';
import { fillUrl } from './fill-url.ts';
import { findUrlProblem } from './find-url-problem.ts';
import type { ValueSource } from './placeholder-values.ts';

export interface ParseAppsOptions extends ValueSource {
  /** What findings call the file; `apps.json` unless given. */
  readonly file?: string;
}

export interface ParsedApps {
  /** In the order of the file; entries with a finding of severity `error` are missing. */
  readonly apps: readonly App[];
  readonly findings: readonly Finding[];
  /** What is written into entries that are refused, and must not be shown. */
  readonly refused: readonly Secret[];
  /** The keys of `.env` that were used; for `findUnusedTokens`. */
  readonly usedKeys: ReadonlySet<string>;
}

/** Turns entries into apps: placeholders filled, credentials apart from the URL, named as bench names them. */
export function parseApps(entries: readonly AppEntry[], options: ParseAppsOptions): ParsedApps {
  const { file = 'apps.json' } = options;
  const findings: Finding[] = [];
  const usedKeys = new Set<string>();
  const apps: App[] = [];
  const refused: Secret[] = [];
  for (const { url: written, branch: ref, line, isFaulty } of entries) {
    const place = { file, line };
    const filled = fillUrl(written, options, place);
    for (const key of filled.usedKeys) usedKeys.add(key);
    if ('findings' in filled) {
      findings.push(...filled.findings);
      continue;
    }
    const { url, credential } = filled;
    // No host is asked for an entry that is refused.
    if (isFaulty === true) {
      if (credential !== undefined) refused.push(credential.password);
      continue;
    }
    const problem = findUrlProblem(url, place);
    if (problem === undefined) apps.push({ name: benchName(url), url, ref, credential, line, place });
    else findings.push(problem);
  }
  return { apps, findings: oncePerPlaceholder(findings), refused, usedKeys };
}

/** A placeholder without a value is one problem, however many lines use it. */
function oncePerPlaceholder(findings: readonly Finding[]): readonly Finding[] {
  const firsts = new Map<string, { readonly finding: Finding; readonly lines: number[] }>();
  for (const [at, finding] of findings.entries()) {
    const { id, subject, line } = finding;
    const isMissing = id === 'placeholder-unknown' || id === 'placeholder-empty';
    const key = isMissing ? `${id} ${subject}` : String(at);
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, { finding, lines: [] });
    else if (line !== undefined) first.lines.push(line);
  }
  return [...firsts.values()].map(({ finding, lines }) => {
    if (lines.length === 0) return finding;
    const also = lines.length === 1 ? 'The same is on line' : 'The same is on the lines';
    return { ...finding, why: `${finding.why} ${also} ${lines.join(', ')}.` };
  });
}
