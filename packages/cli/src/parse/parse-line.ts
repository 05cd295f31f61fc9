import { readFileSync } from 'node:fs';
import yargs, { type Argv, type Options } from 'yargs';
import type { Command, DescribedCommand, PrintingCommand } from '../command/command.ts';
import { GENERAL_OPTIONS, type Option, type OptionTable } from '../command/options.ts';
import type { Call } from '../command/run-command.ts';
import { COMMANDS, DEFAULT_COMMAND } from '../commands/all.ts';
import { explainUsage, type Parsed, unknownCommandOf } from './explain-usage.ts';
import { COMMAND_NAMES, camelCase } from './names.ts';
import { UsageError } from './usage-error.ts';

/** What a command line asks for. */
export type ParsedLine =
  | { readonly kind: 'run'; readonly command: AnyCommand; readonly call: Call }
  /** The help, or the version. */
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'wrong';
      readonly error: UsageError;
      readonly command: string | undefined;
      readonly call: Call;
    };

type AnyCommand = Command | PrintingCommand;

const GENERAL = 'General options:';
const WIDEST = 100;

/** @param argv what follows the name of the program */
export async function parseLine(argv: readonly string[], columns: number): Promise<ParsedLine> {
  let called: AnyCommand | undefined;
  let parsed: Parsed = {};
  let text = '';
  let refusal: Error | undefined;
  const parser = createParser(Math.min(columns, WIDEST), (command) => {
    called = command;
  });
  const words = withOptionalValue(helpAsOption(argv));
  await parser.parseAsync(words, {}, (error: Error | undefined, found: Parsed, output: string) => {
    refusal = error ?? undefined;
    parsed = found;
    text = output;
  });
  if (refusal !== undefined && refusal.name !== 'YError') throw refusal;
  const call = {
    general: valuesOf(called?.generalOptions ?? {}, parsed),
    values: { ...valuesOf({ ...called?.arguments, ...called?.options }, parsed), ...restOf(called, parsed) },
  };
  // yargs shows its help for an unknown command.
  if (refusal === undefined && unknownCommandOf(parsed) === undefined) {
    return text === '' && called !== undefined
      ? { kind: 'run', command: called, call }
      : { kind: 'text', text };
  }
  const error = new UsageError(await explainUsage(refusal?.message ?? '', parsed, called));
  const named = COMMAND_NAMES.find((name) => name === parsed._?.[0]);
  return { kind: 'wrong', error, command: named, call };
}

/** What follows `--` is of the last argument, if that is a list. */
function restOf(command: AnyCommand | undefined, parsed: Parsed): Readonly<Record<string, unknown>> {
  const [name, option] = Object.entries(command?.arguments ?? {}).at(-1) ?? [];
  const rest = parsed['--'];
  if (name === undefined || option?.isList !== true || !Array.isArray(rest)) return {};
  const given = parsed[name];
  return { [camelCase(name)]: [...(Array.isArray(given) ? given : []), ...rest].map(String) };
}

/** The last value of a repeated option counts; yargs makes a list of them. */
function valuesOf(table: OptionTable, parsed: Parsed): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(table).map(([name, { type, isList }]) => {
      const given = parsed[name];
      if (isList === true) return [camelCase(name), given ?? []];
      const last: unknown = Array.isArray(given) ? given.at(-1) : given;
      // A refused line may contain anything.
      const isUsable = typeof last === type;
      return [camelCase(name), isUsable ? last : type === 'boolean' ? false : undefined];
    }),
  );
}

function createParser(columns: number, onCall: (command: AnyCommand) => void): Argv {
  // Before a command is known, or the word after a flag would be its value.
  let parser = hideTypes(yargs()).scriptName('de-build').boolean(flagsOf(GENERAL_OPTIONS));
  for (const command of COMMANDS) {
    parser = parser.command(command.usage, command.describe, (each) => {
      onCall(command);
      return addOptions(each, command);
    });
  }
  // yargs returns whether help was requested; its types lack it.
  const byDefault = (each: Argv, isHelp?: boolean) => {
    onCall(DEFAULT_COMMAND);
    return isHelp === true ? overview(each) : addOptions(each, DEFAULT_COMMAND);
  };
  return parser
    .command('$0', false, byDefault)
    .usage(
      'Usage: $0 [command] [options]\n\nReleases a self-hosted Frappe/ERPNext site as a Docker image. Without a command it builds.',
    )
    .detectLocale(false)
    .exitProcess(false)
    .showHelpOnFail(false)
    .strict()
    .parserConfiguration({ 'boolean-negation': false, 'dot-notation': false, 'populate--': true })
    .version(ownVersion())
    .alias({ help: 'h', version: 'V' })
    .wrap(columns)
    .updateStrings(OUR_WORDS);
}

function flagsOf(table: OptionTable): string[] {
  return Object.entries(table).flatMap(([name, { type, alias }]) =>
    type === 'boolean' ? [name, ...(alias === undefined ? [] : [alias])] : [],
  );
}

function addOptions(yargs: Argv, command: DescribedCommand): Argv {
  const about = command.about === undefined ? '' : ` ${command.about}`;
  let built = yargs.usage(`Usage: $0 ${command.usage} [options]\n\n${command.describe}.${about}`);
  for (const [name, { type, describe, choices }] of Object.entries(command.arguments)) {
    built = built.positional(name, { type, describe, ...(choices === undefined ? {} : { choices }) });
  }
  return addGeneral(built.options(yargsOptions(command.options, 'Options:')), command.generalOptions).example(
    command.examples.map(([line, does]): [string, string] => [line, does]),
  );
}

/** The help of `de-build` alone is about all commands; the options of `build` are in its own. */
function overview(yargs: Argv): Argv {
  return addGeneral(yargs, GENERAL_OPTIONS)
    .example([
      ['$0 check', 'every problem of the site at once, each with its fix'],
      ['$0 bump patch', 'the next version, written into .env'],
      ['$0', 'check, build, verify, tag and record it'],
    ])
    .epilogue(
      'Run `de-build <command> --help` for the options of a command.\n\nExit codes: 0 done, 1 bug, 2 usage, 3 checks, 4 git, 5 engine, 6 build, 7 verify, 8 conflict, 9 record, 10 outdated, 11 locked, 12 different, 13 leak, 14 leftovers, 130 interrupted, 143 terminated.',
    );
}

function addGeneral(yargs: Argv, options: OptionTable): Argv {
  return yargs.options(yargsOptions(options, GENERAL)).group(['help', 'version'], GENERAL);
}

function yargsOptions(table: OptionTable, group: string): Record<string, Options> {
  return Object.fromEntries(
    Object.entries(table).map(([name, option]) => [name, { group, ...yargsOption(option) }]),
  );
}

function yargsOption({
  type,
  describe,
  alias,
  choices,
  conflicts,
  isList,
  isValueOptional,
}: Option<unknown>): Options {
  return {
    type,
    describe,
    ...(alias === undefined ? {} : { alias }),
    ...(choices === undefined ? {} : { choices }),
    ...(conflicts === undefined ? {} : { conflicts }),
    ...(isList === true ? { array: true, nargs: 1 } : {}),
    ...(type === 'boolean' || isValueOptional === true ? {} : { requiresArg: true }),
  };
}

/** Keeps `[string]` and `[boolean]` out of the help. The types of yargs lack `usageConfiguration`. */
function hideTypes(yargs: Argv): Argv {
  const whole = yargs as unknown as { usageConfiguration(settings: Record<string, boolean>): Argv };
  return whole.usageConfiguration({ 'hide-types': true });
}

/** `de-build help build` is `de-build build --help`, as with git and docker. */
function helpAsOption(argv: readonly string[]): readonly string[] {
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
}

/** The value of `--lock-wait` is optional: the next word is its value only if it is a duration. */
function withOptionalValue(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf('--lock-wait');
  if (at === -1) return argv;
  const next = argv[at + 1] ?? '';
  const [value, used] = /^\d+[smh]$/.test(next) ? [next, 2] : ['', 1];
  return [...argv.slice(0, at), `--lock-wait=${value}`, ...withOptionalValue(argv.slice(at + used))];
}

/** Replaces those of yargs. */
const OUR_WORDS = {
  'Positionals:': 'Arguments:',
  'Show help': 'Show this help',
  'Show version number': 'Show the version of de-build',
  'Invalid values:': 'Invalid value:',
  'Argument: %s, Given: %s, Choices: %s': '%s is given %s; it takes %s',
  'Not enough arguments following: %s': 'The option %s needs a value',
};

function ownVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
