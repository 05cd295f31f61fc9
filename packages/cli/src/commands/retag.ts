import { defineCommand } from '../command/command.ts';
import { DRY_RUN, flag } from '../command/options.ts';

/** `de-build retag` */
export const retag = defineCommand({
  usage: 'retag',
  describe: 'Restore lost tags of images',
  about: 'Images of recorded releases, found by label and manifest. No tag is taken from another image.',
  examples: [
    ['$0 retag --dry-run', 'which images have lost their tag'],
    ['$0 retag', 'restore them'],
  ],
  options: { 'dry-run': flag('List them, and change nothing', DRY_RUN) },
  changesSite: true,
  async run(options, { core, flow }) {
    const { retagReport } = await import('../report/archive-report.ts');
    const document = await core.retagImages({ ...flow, ...options });
    const { problems } = document;
    return {
      type: 'retagged',
      document,
      report: retagReport(document),
      problems,
      exitCode: problems.length > 0 ? core.EXIT.record : core.EXIT.ok,
    };
  },
});
