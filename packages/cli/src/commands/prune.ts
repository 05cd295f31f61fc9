import { openOutput } from '../output.ts';
import { listenForStop } from '../stop-signal.ts';
import { UsageError } from '../usage-error.ts';
import { defineCommand } from './command.ts';
import { lockOf, lockOptions } from './lock-options.ts';
import { siteOf, siteOptions } from './site-options.ts';

/** `de-build prune` */
export const prune = defineCommand({
  usage: 'prune',
  describe: 'Free build cache, or what the mirror has over',
  about: 'Images and their tags are left alone, and so is every commit that a manifest names.',
  examples: [
    ['$0 prune --keep-storage 20GB', 'until the cache is no larger than that'],
    ['$0 prune --older-than 7d --dry-run', 'what was not used for a week'],
    ['$0 prune --mirror', 'commits of apps that no release has'],
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
        .option('mirror', {
          type: 'boolean',
          default: false,
          describe: "Instead of build cache: the mirror's commits that no manifest names",
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
    const { parseKeepStorage, parseOlderThan, pruneBuildCache, pruneMirror } = await import('@de-build/core');
    const { keepStorage, olderThan, all, mirror, dryRun, json } = options;
    if (mirror && (keepStorage !== undefined || olderThan !== undefined || all)) {
      throw new UsageError(
        'The option mirror goes with dry-run and json, not with limits of the build cache.',
      );
    }
    const output = openOutput(io, { isVerbose: options.verbose });
    const stop = listenForStop(io);
    try {
      const common = { ...siteOf(options, io), ...(await lockOf(options, io)), signal: stop.signal, dryRun };
      if (mirror) {
        const { renderPrunedMirror } = await import('../render/pruned-mirror.ts');
        const pruned = await pruneMirror(common);
        output.write(json ? `${JSON.stringify(pruned)}\n` : renderPrunedMirror(pruned, io.stdout));
        return 0;
      }
      const { renderPrune } = await import('../render/tables.ts');
      const pruned = await pruneBuildCache({
        ...common,
        all,
        ...(keepStorage === undefined ? {} : { keepBytes: parseKeepStorage(keepStorage) }),
        ...(olderThan === undefined ? {} : { olderThanSeconds: parseOlderThan(olderThan) }),
      });
      output.write(json ? `${JSON.stringify(pruned)}\n` : renderPrune(pruned, io.stdout));
      return 0;
    } catch (error) {
      return output.fail(error, stop.reason());
    } finally {
      stop.release();
    }
  },
});
