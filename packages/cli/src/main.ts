import { readFileSync } from 'node:fs';
import yargs from 'yargs';
import { addCommands } from './commands/all.ts';
import type { CommandContext } from './commands/command.ts';
import type { Io } from './io.ts';

/**
 * The CLI, callable in-process.
 * @param argv what follows the command's name
 * @returns the exit code; see docs/exit-codes.md
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const outcome: { exitCode: number } = { exitCode: 0 };
  const context: CommandContext = {
    io,
    finish: (exitCode) => {
      outcome.exitCode = exitCode;
    },
  };
  const parser = yargs()
    .scriptName('de-build')
    .detectLocale(false)
    .exitProcess(false)
    .showHelpOnFail(false)
    .strict()
    .recommendCommands()
    .version(ownVersion())
    .alias({ h: 'help', V: 'version' })
    .wrap(Math.min(io.stdout.columns, 110));
}

function ownVersion(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
