import { openOutput } from '../output.ts';
import { listenForStop } from '../stop-signal.ts';
import { defineCommand } from './command.ts';
import { lockOf, lockOptions } from './lock-options.ts';
import { siteOf, siteOptions } from './site-options.ts';

/** `de-build prune` */
export const prune = defineCommand({
  usage: 'prune',
  describe: 'Free build cache in the engine',
  about: 'Images and their tags are left alone.',
  examples: [
    ['$0 prune --keep-storage 20GB', 'until the cache is no larger than that'],
    ['$0 prune --older-than 7d --dry-run', 'what was not used for a week'],
  ],
  options: (yargs) =>
    lockOptions(
      siteOptions(yargs)
        .option('keep-storage', {
          type: 'string',
          requiresArg: true,
          describe: 'How much cache may stay, such as 20GB',
        })
        .option('older-than', {
          type: 'string',
          requiresArg: true,
          describe: 'Only what was not used for so long, such as 36h or 7d',
        })
        .option('all', {
          type: 'boolean',
          default: false,
          alias: 'a',
          describe: 'Also what images and frontends share',
        })
        .option('dry-run', {
          type: 'boolean',
          default: false,
          alias: 'n',
          describe: 'Say what would go, and free nothing',
        })
        .option('json', { type: 'boolean', default: false, describe: 'Print the result as JSON' }),
    ),
  async run(options, io) {
    const { parseKeepStorage, parseOlderThan, pruneBuildCache } = await import('@de-build/core');
    const { renderPrune } = await import('../render/tables.ts');
    const output = openOutput(io, { isVerbose: options.verbose });
    const { keepStorage, olderThan } = options;
    const stop = listenForStop(io);
    try {
      const pruned = await pruneBuildCache({
        ...siteOf(options, io),
        ...(await lockOf(options, io)),
        signal: stop.signal,
        all: options.all,
        dryRun: options.dryRun,
        ...(keepStorage === undefined ? {} : { keepBytes: parseKeepStorage(keepStorage) }),
        ...(olderThan === undefined ? {} : { olderThanSeconds: parseOlderThan(olderThan) }),
      });
      output.write(options.json ? `${JSON.stringify(pruned)}\n` : renderPrune(pruned, io.stdout));
      return 0;
    } catch (error) {
      return output.fail(error, stop.reason());
    } finally {
      stop.release();
    }
  },
});
