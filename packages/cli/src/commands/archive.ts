import { defineCommand } from '../command/command.ts';
import { DRY_RUN, flag, required, text } from '../command/options.ts';

/** `de-build archive` */
export const archive = defineCommand({
  usage: 'archive <release>',
  describe: "Keep a copy of a release's image",
  about:
    'As a compressed file, or in a registry, with the credentials of docker login. Its digest is recorded next to the manifest, for `de-build restore`.',
  examples: [
    ['$0 archive 1.4.0', 'into .de-build/archives of the site'],
    ['$0 archive 1.4.0 --to /backup', 'into a folder'],
    ['$0 archive 1.4.0 --to hub.acme/erp', 'into a registry, as :1.4.0'],
  ],
  arguments: { release: required(text('Its site version')) },
  options: {
    to: text('A folder, or HOST/NAME of a registry; default: .de-build/archives'),
    mkdir: flag('Make the folder, if it is not there'),
    force: flag('Replace another image that has the tag in the registry'),
    'dry-run': flag('Show where it would go, and change nothing', DRY_RUN),
  },
  changesSite: true,
  async run({ to, ...options }, { core, flow, folder }) {
    const { archiveReport } = await import('../report/archive-report.ts');
    const destination = to === undefined ? undefined : await core.parseArchiveDestination(to, folder);
    const document = await core.archiveRelease({
      ...flow,
      ...options,
      ...core.omitUndefined({ to: destination }),
    });
    return { type: 'archived', document, report: archiveReport(document) };
  },
});
