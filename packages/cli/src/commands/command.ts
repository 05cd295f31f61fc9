import type { Argv, CommandModule } from 'yargs';
import type { Io } from '../io.ts';

/** What a command gets besides its options. */
export interface CommandContext {
  readonly io: Io;
}

/**
 * A command is its metadata, its options and one call into core. `run` gives the exit code; what it throws is
 * presented by `main.ts`. Core is imported inside `run`, so that help and completion stay quick.
 */
export interface Command<Options> {
  /** In yargs' form: `show <version>`. */
  readonly usage: string | readonly string[];
  readonly describe: string;
  readonly examples: readonly (readonly [command: string, does: string])[];
  options(yargs: Argv): Argv<Options>;
  run(options: Options, context: CommandContext): Promise<number>;
}

/** Makes a command known to yargs; its exit code goes to `finish`. */
export function toModule<Options>(
  command: Command<Options>,
  context: CommandContext,
  finish: (exitCode: number) => void,
): CommandModule<object, Options> {
  return {
    command: command.usage,
    describe: command.describe,
    builder: (yargs) => command.options(yargs.example(command.examples)),
    handler: async (options) => finish(await command.run(options, context)),
  };
}
