import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import type { Io } from '../io.ts';

/**
 * A command is its metadata, its options and one call into core. `run` gives the exit code; what it throws is
 * presented by `main.ts`. Core is imported inside `run`, so that help and completion stay quick.
 */
export interface Command<Options> {
  /** In yargs' form: `show [release]`. */
  readonly usage: string | readonly string[];
  readonly describe: string;
  readonly examples: readonly (readonly [command: string, does: string])[];
  options(yargs: Argv): Argv<Options>;
  run(options: ArgumentsCamelCase<Options>, io: Io): Promise<number>;
}

/** Makes a command known to yargs; its exit code goes to `finish`. */
export function defineCommand<Options>(
  command: Command<Options>,
): (io: Io, finish: (exitCode: number) => void) => CommandModule<object, Options> {
  return (io, finish) => ({
    command: command.usage,
    describe: command.describe,
    builder: (yargs) =>
      command.options(yargs.example(command.examples.map(([call, does]): [string, string] => [call, does]))),
    handler: async (options) => finish(await command.run(options, io)),
  });
}
