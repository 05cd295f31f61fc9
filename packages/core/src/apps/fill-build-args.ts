import type { Place } from '../errors/app-failures.ts';
import type { Finding } from '../errors/finding.ts';
import { Secret } from '../secrets/secret.ts';
import { fillPlaceholders } from '../site/placeholder.ts';
import { fillUrl } from './fill-url.ts';
import { findValue, type ValueSource } from './placeholder-values.ts';

export interface FillBuildArgsOptions extends ValueSource {
  /** Where a build arg is written; `de-build.json` unless given. */
  readonly placeOf?: (name: string) => Place;
}

export interface FilledBuildArgs {
  /** A `Secret` where anything secret went in. Without those that have a finding. */
  readonly args: Readonly<Record<string, string | Secret>>;
  readonly findings: readonly Finding[];
  /** The keys of `.env` that were used; for `findUnusedTokens`. */
  readonly usedKeys: ReadonlySet<string>;
}

/** Fills the placeholders of build args from `.env`; in a URL by the rules of `fillUrl`. */
export function fillBuildArgs(
  args: Readonly<Record<string, string>>,
  options: FillBuildArgsOptions,
): FilledBuildArgs {
  const filled: Record<string, string | Secret> = {};
  const findings: Finding[] = [];
  const usedKeys = new Set<string>();
  for (const [name, text] of Object.entries(args)) {
    const place = options.placeOf?.(name) ?? { file: 'de-build.json' };
    const result = /^https?:\/\//i.test(text)
      ? fillUrl(text, options, place)
      : fillText(text, options, place);
    if ('findings' in result) {
      findings.push(...result.findings);
      continue;
    }
    filled[name] = result.whole;
    for (const key of result.usedKeys) usedKeys.add(key);
  }
  return { args: filled, findings, usedKeys };
}

function fillText(
  text: string,
  source: ValueSource,
  place: Place,
): { whole: string | Secret; usedKeys: string[] } | { findings: Finding[] } {
  const findings: Finding[] = [];
  const usedKeys: string[] = [];
  let secretKey: string | undefined;
  const whole = fillPlaceholders(text, (name) => {
    const entry = findValue(name, source, place);
    if (!('key' in entry)) {
      findings.push(entry);
      return '';
    }
    usedKeys.push(entry.key);
    if (entry.sensitive) secretKey = entry.key;
    return entry.value;
  });
  if (findings.length > 0) return { findings };
  return { whole: secretKey === undefined ? whole : new Secret(secretKey, whole), usedKeys };
}
