import type { DescribedCommand } from '../command/command.ts';
import { COMMAND_NAMES, isNameOf, optionNames } from './names.ts';

/** What yargs parsed of a command line before it failed. */
export type Parsed = Readonly<Record<string, unknown>> & { readonly _?: readonly (string | number)[] };

/** A longer word is not a mistyped name; it may be a token, and is not repeated. */
const LONGEST_REPEATED = 30;

/** The first word that should be a command, and is not. */
export function unknownCommandOf(parsed: Parsed): string | undefined {
  const named = parsed._?.[0];
  return named === undefined || COMMAND_NAMES.includes(String(named)) ? undefined : String(named);
}

/** Explains in our own words what yargs refused. */
export async function explainUsage(
  refusal: string,
  parsed: Parsed,
  called: DescribedCommand | undefined,
): Promise<string> {
  const unknown = unknownCommandOf(parsed);
  if (unknown !== undefined) {
    if (unknown.length > LONGEST_REPEATED) return 'There is no such command.';
    return `There is no command "${unknown}".${await suggest(unknown, COMMAND_NAMES, '')}`;
  }
  const known = called === undefined ? [] : optionNames(called);
  const strange = Object.keys(parsed).find((key) => key !== '$0' && key !== '_' && !isNameOf(key, known));
  if (strange !== undefined && called !== undefined) {
    if (strange.length > LONGEST_REPEATED) return 'There is no such option.';
    const dashes = strange.length === 1 ? '-' : '--';
    return `There is no option ${dashes}${strange}.${await suggest(strange, known, '--')}`;
  }
  const text = refusal.replace(/\s+/g, ' ').trim();
  const sentence = /[.!?]$/.test(text) ? text : `${text}.`;
  // Of an option that came last, yargs also drops the arguments.
  if (/needs a value/.test(text)) return sentence;
  const needed = [...(called?.usage ?? '').matchAll(/<(\w+)>/g)].map((match) => match[1] ?? '');
  const missing = needed.find((name) => parsed[name] === undefined);
  if (missing !== undefined) return `${called?.name} needs <${missing}>.`;
  return sentence;
}

async function suggest(name: string, known: readonly string[], dashes: string): Promise<string> {
  const { nearestName } = await import('@de-build/core');
  const nearest = nearestName(
    name,
    known.filter((each) => each.length > 1),
  );
  return nearest === undefined ? '' : ` Did you mean ${dashes}${nearest}?`;
}
