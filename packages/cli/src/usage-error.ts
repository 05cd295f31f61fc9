import type { Argv } from 'yargs';
import { COMMAND_NAMES } from './commands/all.ts';
import { isAmong, type KnownOptions } from './known-options.ts';

/** A command line that asks for nothing that there is, or asks for it wrongly. Ends with exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** What is known of the call when it went wrong. */
export interface FailedCall {
  /** What yargs made of the command line, as far as it came. */
  readonly parsed: Readonly<Record<string, unknown>> & { readonly _?: readonly (string | number)[] };
  /** Of the command that was called: `show [release]`. */
  readonly usage?: string;
  readonly options?: KnownOptions;
}

/** The first word that should be a command, and is none. */
export function unknownCommandOf(parsed: FailedCall['parsed']): string | undefined {
  const named = parsed._?.[0];
  return named === undefined || COMMAND_NAMES.includes(String(named)) ? undefined : String(named);
}

/** A longer word is no mistyped name; it may be a token, and is not repeated. */
const LONGEST_REPEATED = 30;

/** Says in our own words what yargs refused. */
export async function explainUsage(error: Error, call: FailedCall): Promise<string> {
  const unknownCommand = unknownCommandOf(call.parsed);
  if (unknownCommand !== undefined) {
    if (unknownCommand.length > LONGEST_REPEATED) return 'There is no such command.';
    return `There is no command ${quote(unknownCommand)}.${await suggest(unknownCommand, COMMAND_NAMES, '')}`;
  }
  if (error instanceof UsageError) return error.message;
  const known = call.options?.names ?? [];
  const strange = Object.keys(call.parsed).find((key) => !isKnown(key, known));
  if (strange !== undefined && known.length > 0) {
    if (strange.length > LONGEST_REPEATED) return 'There is no such option.';
    const dashes = strange.length === 1 ? '-' : '--';
    return `There is no option ${dashes}${strange}.${await suggest(strange, known, '--')}`;
  }
  const positionals = [...(call.usage ?? '').matchAll(/<(\w+)>/g)].map((match) => match[1] ?? '');
  const missing = positionals.find((name) => call.parsed[name] === undefined);
  if (missing !== undefined) return `${call.parsed._?.[0]} needs <${missing}>.`;
  return sentence(error.message);
}

/** yargs adds `$0` and `_`. */
function isKnown(key: string, known: readonly string[]): boolean {
  return key === '$0' || key === '_' || isAmong(key, known);
}

async function suggest(name: string, known: readonly string[], dashes: string): Promise<string> {
  const { nearestName } = await import('@de-build/core');
  const nearest = nearestName(
    name,
    known.filter((each) => each.length > 1),
  );
  return nearest === undefined ? '' : ` Did you mean ${dashes}${nearest}?`;
}

function sentence(message: string): string {
  const text = message.replace(/\s+/g, ' ').trim();
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function quote(text: string): string {
  return `"${text}"`;
}

/** Gives yargs' own messages our words. */
export function speakPlainly<Options>(yargs: Argv<Options>): Argv<Options> {
  return yargs.updateStrings({
    'Positionals:': 'Arguments:',
    'Show help': 'Show this help',
    'Show version number': 'Show the version of de-build',
    'Invalid values:': 'Invalid value:',
    'Argument: %s, Given: %s, Choices: %s': '%s is given %s; it takes %s',
    'Not enough arguments following: %s': 'The option %s needs a value',
  });
}
