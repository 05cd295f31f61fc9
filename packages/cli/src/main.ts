import { readFileSync } from 'node:fs';
import yargs from 'yargs';
import { addCommands } from './commands/all.ts';
import type { Io } from './io.ts';
import { openOutput } from './output.ts';

const USAGE = 2;

/**
 * The CLI, callable in-process.
 * @param argv what follows the command's name
 * @returns the exit code; see docs/exit-codes.md
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let exitCode = 0;
  let thrown: { readonly error: unknown } | undefined;
  const parser = addCommands(yargs().scriptName('de-build'), io, (code) => {
    exitCode = code;
  })
    .usage('$0 [command] [options]\n\nReleases a self-hosted Frappe/ERPNext site as a Docker image.')
    .detectLocale(false)
    .exitProcess(false)
    .showHelpOnFail(false)
    .strict()
    .completion('list-completions', false)
    .parserConfiguration({ 'boolean-negation': false })
    .version(ownVersion())
    .alias({ help: 'h', version: 'V' })
    .epilogue(
      'Exit codes: 0 done, 2 usage, 3 checks, 4 git, 5 engine, 6 build, 7 verify, 8 conflict, 9 record, 130 interrupted.',
    )
    .wrap(Math.min(io.stdout.columns, 100));
  try {
    await parser.parseAsync(argv, {}, (error: unknown, _arguments: unknown, text: string) => {
      if (error !== undefined && error !== null) thrown = { error };
      else if (text !== '') io.stdout.write(`${text}\n`);
    });
  } catch (error) {
    thrown = { error };
  }
  if (thrown === undefined) return exitCode;
  return present(thrown.error, argv, io);
}

async function present(error: unknown, argv: readonly string[], io: Io): Promise<number> {
  if (isUsageError(error)) {
    io.stderr.write(
      `de-build: ${error.message}\nRun \`de-build --help\` for the commands and their options.\n`,
    );
    return USAGE;
  }
  return openOutput(io, { isVerbose: argv.includes('--verbose') }).fail(error);
}

/** yargs names its own errors `YError`. */
function isUsageError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'YError';
}

function ownVersion(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
