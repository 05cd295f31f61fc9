import { openOutput } from '../output.ts';
import { listenForStop } from '../stop-signal.ts';
import { defineCommand } from './command.ts';
import { lockOf, lockOptions } from './lock-options.ts';
import { siteOf, siteOptions } from './site-options.ts';

/** `de-build retag` */
export const retag = defineCommand({
  usage: 'retag',
  describe: 'Give images their lost tags back',
  about: 'Images of recorded releases, found by label and manifest. No tag is taken from another image.',
  examples: [
    ['$0 retag --dry-run', 'which images have lost their tag'],
    ['$0 retag', 'give it back'],
  ],
  options: (yargs) =>
    lockOptions(
      siteOptions(yargs)
        .option('dry-run', {
          type: 'boolean',
          default: false,
          alias: 'n',
          describe: 'List them, and change nothing',
        })
        .option('json', { type: 'boolean', default: false, describe: 'Print the result as JSON' }),
    ),
  async run(options, io) {
    const { retagImages } = await import('@de-build/core');
    const { renderRetag } = await import('../render/archives.ts');
    const output = openOutput(io, { isVerbose: options.verbose });
    const stop = listenForStop(io);
    try {
      const retagged = await retagImages({
        ...siteOf(options, io),
        ...(await lockOf(options, io)),
        dryRun: options.dryRun,
        signal: stop.signal,
      });
      output.write(options.json ? `${JSON.stringify(retagged)}\n` : renderRetag(retagged, io.stdout));
      return await output.tellProblems(retagged.problems);
    } catch (error) {
      return output.fail(error, stop.reason());
    } finally {
      stop.release();
    }
  },
});
