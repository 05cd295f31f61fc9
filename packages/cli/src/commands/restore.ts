import { resolve } from 'node:path';
import { defineCommand } from '../command/command.ts';
import { DRY_RUN, flag, required, text } from '../command/options.ts';

/** `de-build restore` */
export const restore = defineCommand({
  usage: 'restore <release>',
  describe: 'Restore the image of a release',
  about:
    'By the cheapest method that verifies: the image without its tag, an archive, a registry, and last a rebuild from the mirror. Only the recorded image is restored; an image with the same files gets its tag only with --accept-equivalent.',
  examples: [
    ['$0 restore 1.4.0', 'its image, and its tag'],
    ['$0 restore 1.4.0 --dry-run', 'what would be tried'],
    ['$0 restore 1.4.0 --from /backup', 'from an archive that was moved'],
    ['$0 restore 1.4.0 --no-rebuild', 'without building anything'],
  ],
  arguments: { release: required(text('Its site version')) },
  options: {
    from: text('An archive that was moved, or the folder it is in'),
    'no-rebuild': flag('Build nothing when no other method restores it'),
    'accept-equivalent': flag("Give the release's tag to a rebuilt image with the same files, and record it"),
    force: flag('Take the tag from another image, which gets another tag'),
    'dry-run': flag('Show which methods would be tried, and change nothing', DRY_RUN),
  },
  changesSite: true,
  async run({ from, noRebuild, acceptEquivalent, ...options }, { core, flow, folder }) {
    const { restoreReport } = await import('../report/archive-report.ts');
    const document = await core.restoreRelease({
      ...flow,
      ...options,
      rebuild: noRebuild ? 'never' : acceptEquivalent ? 'equivalent' : 'identical',
      ...(from === undefined ? {} : { from: resolve(folder, from) }),
    });
    return { type: 'restored', document, report: restoreReport(document) };
  },
});
