import { createRedactor } from '@de-build/core';
import { formOf, runCommand } from './command/run-command.ts';
import { siteOf } from './command/site-of.ts';
import { presentFailure } from './failure/present-failure.ts';
import { guardIo } from './guarded-io.ts';
import type { Io } from './io.ts';
import { ASKS_FOR_COMPLETIONS, completionsFor } from './parse/completions.ts';
import { parseLine } from './parse/parse-line.ts';
import { presentUnexpected } from './unexpected.ts';

export { processIo } from './process-io.ts';

/**
 * The CLI, callable in-process.
 * @param argv what follows the command's name
 * @returns the exit code; see docs/exit-codes.md
 */
export async function run(argv: readonly string[], outside: Io): Promise<number> {
  const io = guardIo(outside, createRedactor());
  presentUnexpected(io);
  if (argv[0] === ASKS_FOR_COMPLETIONS) {
    const isZsh = io.environment.SHELL?.endsWith('zsh') === true;
    // The name of the program comes first.
    for (const { word, describe } of completionsFor(argv.slice(2))) {
      io.stdout.write(isZsh && describe !== undefined ? `${word}:${describe}\n` : `${word}\n`);
    }
    return 0;
  }
  if (outside.folder === '') {
    const { folderGone } = await import('@de-build/core');
    return presentFailure(folderGone(), io, { form: argv.includes('--json') ? 'json' : 'text' });
  }
  const line = await parseLine(argv, io.stdout.columns);
  if (line.kind === 'run') {
    const { command, call } = line;
    if ('run' in command) return runCommand(command, call, io);
    io.stdout.write(command.print(call.values));
    return 0;
  }
  if (line.kind === 'text') {
    io.stdout.write(`${line.text}\n`);
    return 0;
  }
  const { error, command, call } = line;
  const site = await siteOf(call.general, io).catch(() => undefined);
  return presentFailure(error, io, { command, site, form: formOf(call) });
}
