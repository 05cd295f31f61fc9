import type { Finding } from '../errors/finding.ts';
import { Secret } from '../secrets/secret.ts';
import { fillPlaceholders } from '../site/placeholder.ts';
import type { ChosenBuildArg } from './build-args.ts';
import { fillUrl } from './fill-url.ts';
import { findValues, type ValueSource } from './placeholder-values.ts';

export interface FilledBuildArgs {
  /** A `Secret` if it contains anything secret. Without those that have a finding. */
  readonly args: Readonly<Record<string, string | Secret>>;
  readonly findings: readonly Finding[];
  /** The keys of `.env` that were used; for `findUnusedTokens`. */
  readonly usedKeys: ReadonlySet<string>;
}

/** Fills the placeholders of build args from `.env`; in a URL by the rules of `fillUrl`. */
export function fillBuildArgs(
  given: readonly Pick<ChosenBuildArg, 'name' | 'value' | 'place'>[],
  source: ValueSource,
): FilledBuildArgs {
  const args: Record<string, string | Secret> = {};
  const findings: Finding[] = [];
  const usedKeys = new Set<string>();
  for (const { name, value, place } of given) {
    const fill = /^https?:\/\//i.test(value) ? fillUrl : fillText;
    const filled = fill(value, source, place);
    for (const key of filled.usedKeys) usedKeys.add(key);
    if ('findings' in filled) findings.push(...filled.findings);
    else args[name] = filled.whole;
  }
  return { args, findings, usedKeys };
}

function fillText(...[text, source, place]: Parameters<typeof fillUrl>) {
  const { entries, findings } = findValues(text, source, place);
  const used = [...entries.values()];
  const usedKeys = used.map(({ key }) => key);
  if (findings.length > 0) return { findings, usedKeys };
  const whole = fillPlaceholders(text, (name) => entries.get(name)?.value);
  const secret = used.findLast(({ sensitive }) => sensitive);
  return {
    whole: secret === undefined ? whole : new Secret(secret.key, whole),
    usedKeys,
  };
}
