import { defineCommand } from '../command/command.ts';
import { DRY_RUN, flag, required, text } from '../command/options.ts';

/** `de-build bump` */
export const bump = defineCommand({
  usage: 'bump <to>',
  describe: 'Write the next site version into .env',
  about:
    'Only the line of the version is changed. The steps are those of `versionScheme` of de-build.json: semver has patch, minor, major and prerelease; calver has date (today); revision has revision, patch, minor and major; four-part has build, patch, minor and major. `next` is the first of these.',
  examples: [
    ['$0 bump patch', '1.4.0 becomes 1.4.1'],
    ['$0 bump prerelease', '1.4.0 becomes 1.4.1-rc.0'],
    ['$0 bump next', 'the usual step: patch, date, revision or build'],
    ['$0 bump 2.0.0', 'exactly that version'],
  ],
  arguments: { to: required(text('next, a step such as patch, or a version such as 1.5.0')) },
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
