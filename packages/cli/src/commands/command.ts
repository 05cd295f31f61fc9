import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import type { GuardedIo } from '../guarded-io.ts';
import { type KnownOptions, optionsOf } from '../known-options.ts';

/**
 * A command is its metadata, its options and one call into core. `run` gives the exit code; what it throws is
 * presented by `main.ts`. Core is imported inside `run`, so that help and completion stay quick.
 */
export interface Command<Options> {
  /** In yargs' form: `show [release]`. */
  readonly usage: string;
  /** A line of the list of commands: no full stop, at most 49 characters. */
  readonly describe: string;
  /** Follows it in the command's own help, in whole sentences. */
  readonly about?: string;
  readonly examples: readonly (readonly [command: string, does: string])[];
  options(yargs: Argv): Argv<Options>;
  /** What help is about instead, for the command that runs when none is named; the list of commands leaves it out. */
  overview?(yargs: Argv): Argv;
  run(options: ArgumentsCamelCase<Options>, io: GuardedIo): Promise<number>;
}

/** One call of the CLI, as the commands see it. */
export interface Call {
  readonly io: GuardedIo;
  /** Takes the exit code. */
  finish(exitCode: number): void;
  /** Learns what the command that was called can be given, before it is checked. */
  meet(usage: string, options: KnownOptions): void;
}

/** Makes a command known to yargs. */
export function defineCommand<Options>(
  command: Command<Options>,
): (call: Call) => CommandModule<object, Options> {
  return (call) => ({
    command: command.usage,
    describe: command.overview === undefined ? command.describe : false,
    // yargs tells whether help was asked for; its types leave that out.
    builder: (yargs: Argv, isHelp?: boolean) => {
      if (isHelp === true && command.overview !== undefined) return command.overview(yargs) as Argv<Options>;
      const examples = command.examples.map(([line, does]): [string, string] => [line, does]);
      const about = command.about === undefined ? '' : ` ${command.about}`;
      const built = command
        .options(yargs.usage(`Usage: $0 ${command.usage} [options]\n\n${command.describe}.${about}`))
        .group(['help', 'version'], 'General options:')
        .example(examples);
      call.meet(command.usage, optionsOf(built));
      return built;
    },
    handler: async (options) => call.finish(await command.run(options, call.io)),
  });
}
