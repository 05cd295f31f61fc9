import { defineCommand } from '../command/command.ts';
import { DRY_RUN, flag, required, text } from '../command/options.ts';

/** `de-build bump` */
export const bump = defineCommand({
  usage: 'bump <to>',
  describe: 'Write the next site version into .env',
  about: 'Only the line of the version is changed.',
  examples: [
    ['$0 bump patch', '1.4.0 becomes 1.4.1'],
    ['$0 bump prerelease', '1.4.0 becomes 1.4.1-0'],
    ['$0 bump 2.0.0', 'exactly that version'],
  ],
  arguments: { to: required(text('patch, minor, major, prerelease, or a version such as 1.5.0')) },
  options: {
    'dry-run': flag('Show what would be written, and write nothing', DRY_RUN),
    force: flag('Allow a lower version'),
  },
  changesSite: true,
  async run(options, { core, flow }) {
    const document = await core.bumpSite({ ...flow, ...options });
    const { key, from, to, file } = document;
    const verb = options.dryRun ? 'would become' : 'is now';
    return { type: 'bumped', document, report: `${key} ${verb} ${to} (was ${from}) in ${file}\n` };
  },
});
