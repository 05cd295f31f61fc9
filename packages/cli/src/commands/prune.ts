import { defineCommand } from '../command/command.ts';
import { DRY_RUN, flag, number, text } from '../command/options.ts';
import { UsageError } from '../parse/usage-error.ts';

/** `de-build prune` */
export const prune = defineCommand({
  usage: 'prune',
  describe: 'Free build cache, mirror commits, or images',
  about:
    'Without --images, images and their tags are kept, and so is every commit that a manifest names. With it, images of old releases are removed, which `restore` or `rebuild` brings back: never what a container has, what a project ran last or before, the version in .env, and what `pinnedReleases` names.',
  examples: [
    ['$0 prune --keep-storage 20GB', 'until the cache is no larger'],
    ['$0 prune --older-than 7d --dry-run', 'what was not used for a week'],
    ['$0 prune --mirror', 'commits of apps that no release has'],
    ['$0 prune --images --keep 3 --dry-run', 'images of all but the newest releases'],
  ],
  options: {
    'keep-storage': text('How much cache may stay, such as 20GB'),
    'older-than': text('Only what was not used for this long, such as 36h or 7d'),
    all: flag('Also what images and frontends share', { alias: 'a' }),
    builder: text('The cache of this builder of docker buildx, or of the buildkitd at this address'),
    mirror: flag("Instead of build cache: the mirror's commits that no manifest names"),
    images: flag('Instead of build cache: images of old releases'),
    keep: number('How many of the newest releases keep their image; default: `keepImages` of de-build.json'),
    'dry-run': flag('Show what would be removed, and remove nothing', DRY_RUN),
  },
  changesSite: true,
  needsSite: ({ mirror, images }) => mirror || images,
  async run({ keepStorage, olderThan, all, builder, mirror, images, keep, dryRun }, { core, flow }) {
    const { prunedImagesReport, pruneReport, prunedMirrorReport } = await import('../report/prune-report.ts');
    const other = images ? 'images' : mirror ? 'mirror' : undefined;
    if (other !== undefined && (keepStorage !== undefined || olderThan !== undefined || all))
      throw new UsageError(`The option ${other} cannot be combined with limits of the build cache.`);
    if (images && mirror) throw new UsageError('The option images cannot be combined with mirror.');
    if (keep !== undefined && (!images || !Number.isInteger(keep) || keep < 1))
      throw new UsageError('The option keep needs a number from 1 on, and goes with images.');
    if (images) {
      const document = await core.pruneImages({ ...flow, keep, dryRun });
      return { type: 'pruned', document, report: prunedImagesReport(document) };
    }
    if (mirror) {
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
