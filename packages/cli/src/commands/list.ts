import { openOutput } from '../output.ts';
import { UsageError } from '../usage-error.ts';
import { defineCommand } from './command.ts';
import { siteOf, siteOptions } from './site-options.ts';

/** `de-build list` */
export const list = defineCommand({
  usage: 'list',
  describe: 'List the recorded releases, newest first',
  about: 'They are the manifests in the folder build-manifests.',
  examples: [
    ['$0 list', 'every release as a table'],
    ['$0 list --limit 5 --json', 'the last five, for a script'],
  ],
  options: (yargs) =>
    siteOptions(yargs)
      .option('json', { type: 'boolean', default: false, describe: 'Print the manifests as a JSON array' })
      .option('limit', { type: 'number', requiresArg: true, describe: 'At most so many releases' }),
  async run(options, io) {
    const { readRecords } = await import('@de-build/core');
    const { renderList } = await import('../render/tables.ts');
    const output = openOutput(io, { isVerbose: options.verbose });
    const { manifests, problems } = await readRecords(siteOf(options, io));
    if (options.limit !== undefined && !(Number.isInteger(options.limit) && options.limit > 0)) {
      throw new UsageError('The option limit takes a whole number from 1 on.');
    }
    const shown = options.limit === undefined ? manifests : manifests.slice(0, options.limit);
    if (options.json) output.write(`${JSON.stringify(shown, undefined, 2)}\n`);
    else output.write(renderList(shown, io.stdout));
    return output.tellProblems(problems);
  },
});
