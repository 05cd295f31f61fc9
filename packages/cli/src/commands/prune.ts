import { defineCommand } from '../command/command.ts';
import { DRY_RUN, flag, text } from '../command/options.ts';
import { UsageError } from '../parse/usage-error.ts';

/** `de-build prune` */
export const prune = defineCommand({
  usage: 'prune',
  describe: 'Free build cache, or unused mirror commits',
  about: 'Images and their tags are kept, and so is every commit that a manifest names.',
  examples: [
    ['$0 prune --keep-storage 20GB', 'until the cache is no larger'],
    ['$0 prune --older-than 7d --dry-run', 'what was not used for a week'],
    ['$0 prune --mirror', 'commits of apps that no release has'],
  ],
  options: {
    'keep-storage': text('How much cache may stay, such as 20GB'),
    'older-than': text('Only what was not used for this long, such as 36h or 7d'),
    all: flag('Also what images and frontends share', { alias: 'a' }),
    builder: text('The cache of this builder of docker buildx, or of the buildkitd at this address'),
    mirror: flag("Instead of build cache: the mirror's commits that no manifest names"),
    'dry-run': flag('Show what would be removed, and remove nothing', DRY_RUN),
  },
  changesSite: true,
  needsSite: ({ mirror }) => mirror,
  async run({ keepStorage, olderThan, all, builder, mirror, dryRun }, { core, flow }) {
    const { pruneReport, prunedMirrorReport } = await import('../report/prune-report.ts');
    if (mirror) {
      if (keepStorage !== undefined || olderThan !== undefined || all) {
        throw new UsageError('The option mirror cannot be combined with limits of the build cache.');
      }
      const document = await core.pruneMirror({ ...flow, dryRun });
      return { type: 'pruned', document, report: prunedMirrorReport(document) };
    }
    const { site, ...common } = flow;
    const document = await core.pruneBuildCache({
      ...common,
      ...(site === '' ? {} : { site }),
      all,
      dryRun,
      ...core.omitUndefined({ builder }),
      ...(keepStorage === undefined ? {} : { keepBytes: core.parseKeepStorage(keepStorage) }),
      ...(olderThan === undefined ? {} : { olderThanSeconds: core.parseOlderThan(olderThan) }),
    });
    return { type: 'pruned', document, report: pruneReport(document) };
  },
});
