import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createRedactor } from '@de-build/core';
import yargs, { type Argv } from 'yargs';
import { addCommands, COMMAND_NAMES } from './commands/all.ts';
import type { Call } from './commands/command.ts';
import { ASKS_FOR_COMPLETIONS, completionsFor } from './completions.ts';
import { type GuardedIo, guardIo } from './guarded-io.ts';
import type { Io } from './io.ts';
import { hideTypes, isAmong, type KnownOptions } from './known-options.ts';
import { openOutput } from './output.ts';
import { presentUnexpected } from './unexpected.ts';
import { explainUsage, type FailedCall, speakPlainly, UsageError, unknownCommandOf } from './usage-error.ts';

const USAGE = 2;

/**
 * The CLI, callable in-process.
 * @param argv what follows the command's name
 * @returns the exit code; see docs/exit-codes.md
 */
export async function run(argv: readonly string[], outside: Io): Promise<number> {
  const io = guardIo(outside, createRedactor());
  presentUnexpected(io);
  const state: State = { exitCode: 0, parsed: {} };
  const parser = createParser(io, state);
  if (argv[0] === ASKS_FOR_COMPLETIONS) {
    const completions = await completionsFor(argv.slice(1), parser, () => state.options);
    if (completions.length > 0) io.stdout.write(completions.map((each) => `${each}\n`).join(''));
    return 0;
  }
  try {
    const text = await parse(parser, withOptionalValue(helpAsOption(argv)), state);
    if (text !== '') io.stdout.write(`${text}\n`);
    return state.exitCode;
  } catch (error) {
    if (!isUsageError(error)) return openOutput(io, { isVerbose: argv.includes('--verbose') }).fail(error);
    // The word that is no command may well be the token, pasted in the wrong place.
    const { learnSecrets } = await import('@de-build/core');
    await learnSecrets(resolve(io.folder, siteIn(state.parsed)), io.redactor);
    const command = COMMAND_NAMES.find((name) => name === state.parsed._?.[0]);
    const help = command === undefined ? 'de-build --help' : `de-build ${command} --help`;
    io.stderr.write(`de-build: ${await explainUsage(error, state)}\nRun \`${help}\` to see what there is.\n`);
    return USAGE;
  }
}

function siteIn({ site }: FailedCall['parsed']): string {
  return typeof site === 'string' ? site : '.';
}

/** What becomes known while yargs parses and runs. */
interface State extends FailedCall {
  exitCode: number;
  parsed: FailedCall['parsed'];
  usage?: string;
  options?: KnownOptions;
}

/** @returns the help or the version, where one was asked for */
async function parse(parser: Argv, argv: readonly string[], state: State): Promise<string> {
  let output = '';
  let thrown: { readonly error: unknown } | undefined;
  await parser.parseAsync(argv, {}, (error: unknown, parsed: FailedCall['parsed'], text: string) => {
    state.parsed = parsed;
    output = text;
    if (error !== undefined && error !== null) thrown = { error };
  });
  if (thrown !== undefined) throw thrown.error;
  // yargs shows its help for a command that there is not.
  if (unknownCommandOf(state.parsed) !== undefined) throw new UsageError('There is no such command.');
  return output;
}

function createParser(io: GuardedIo, state: State): Argv {
  const call: Call = {
    io,
    finish: (exitCode) => {
      state.exitCode = exitCode;
    },
    meet: (usage, options) => {
      state.usage = usage;
      state.options = options;
    },
  };
  const parser = addCommands(hideTypes(yargs()).scriptName('de-build'), call)
    .usage(
      'Usage: $0 [command] [options]\n\nReleases a self-hosted Frappe/ERPNext site as a Docker image. Without a command it builds.',
    )
    .detectLocale(false)
    .exitProcess(false)
    .showHelpOnFail(false)
    .strict()
    .parserConfiguration({ 'boolean-negation': false, 'dot-notation': false })
    .middleware((parsed) => takeLast(parsed, state.options?.repeatable ?? []), true)
    .version(ownVersion())
    .alias({ help: 'h', version: 'V' })
    .wrap(Math.min(io.stdout.columns, 100));
  return speakPlainly(parser);
}

/** `de-build help build` is `de-build build --help`, as with git and docker. */
function helpAsOption(argv: readonly string[]): readonly string[] {
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
}

/** `--lock-wait` may stand alone: then it takes no word after it, but a duration. */
function withOptionalValue(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf('--lock-wait');
  if (at === -1) return argv;
  const next = argv[at + 1] ?? '';
  const [value, used] = /^\d+[smh]$/.test(next) ? [next, 2] : ['', 1];
  return [...argv.slice(0, at), `--lock-wait=${value}`, ...withOptionalValue(argv.slice(at + used))];
}

/** Of an option that is given twice the last one counts; yargs would make a list of them. */
function takeLast(parsed: Record<string, unknown>, repeatable: readonly string[]): void {
  for (const [key, value] of Object.entries(parsed)) {
    if (key !== '_' && Array.isArray(value) && !isAmong(key, repeatable)) parsed[key] = value.at(-1);
  }
}

/** yargs names its own errors `YError`. */
function isUsageError(error: unknown): error is Error {
  return error instanceof UsageError || (error instanceof Error && error.name === 'YError');
}

function ownVersion(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
