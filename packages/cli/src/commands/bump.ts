import { openOutput } from '../output.ts';
import { listenForStop } from '../stop-signal.ts';
import { defineCommand } from './command.ts';
import { lockOf, lockOptions } from './lock-options.ts';
import { siteOf, siteOptions } from './site-options.ts';

/** `de-build bump` */
export const bump = defineCommand({
  usage: 'bump <to>',
  describe: 'Write the next site version into .env',
  about: 'Only the line of the version is changed.',
  examples: [
    ['$0 bump patch', '1.4.0 becomes 1.4.1'],
    ['$0 bump prerelease', '1.4.0 becomes 1.4.1-0'],
    ['$0 bump 2.0.0', 'that very version'],
  ],
  options: (yargs) =>
    lockOptions(
      siteOptions(
        yargs.positional('to', {
          type: 'string',
          demandOption: true,
          describe: 'patch, minor, major, prerelease, or a version such as 1.5.0',
        }),
      )
        .option('dry-run', {
          type: 'boolean',
          default: false,
          alias: 'n',
          describe: 'Say what would be written, and write nothing',
        })
        .option('force', { type: 'boolean', default: false, describe: 'Go to a lower version, too' })
        .option('json', { type: 'boolean', default: false, describe: 'Print the result as JSON' }),
    ),
  async run(options, io) {
    const { bumpSite } = await import('@de-build/core');
    const output = openOutput(io, { isVerbose: options.verbose });
    const stop = listenForStop(io);
    try {
      const bumped = await bumpSite({
        ...siteOf(options, io),
        ...(await lockOf(options, io)),
        to: options.to,
        dryRun: options.dryRun,
        force: options.force,
        signal: stop.signal,
      });
      const verb = options.dryRun ? 'would become' : 'is now';
      output.write(
        options.json
          ? `${JSON.stringify(bumped)}\n`
          : `${bumped.key} ${verb} ${bumped.to} (was ${bumped.from}) in ${bumped.file}\n`,
      );
      return 0;
    } catch (error) {
      return output.fail(error, stop.reason());
    } finally {
      stop.release();
    }
  },
});
