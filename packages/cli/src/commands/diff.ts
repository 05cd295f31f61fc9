import { defineCommand } from '../command/command.ts';
import { choice, flag, required, text } from '../command/options.ts';

/** `de-build diff` */
export const diff = defineCommand({
  usage: 'diff <from> [to]',
  describe: 'Compare two releases, and judge the deployment',
  about:
    'Apps with their commits, base images, build args, packages and size; and whether new containers are enough, a migration is needed, or going back requires a backup.',
  examples: [
    ['$0 diff 1.4.0', 'from that release to the newest one'],
    ['$0 diff 1.4.0 1.5.0 --format markdown', 'release notes'],
    ['$0 diff 1.4.0 1.5.0 --json', 'everything, for a script'],
  ],
  arguments: {
    from: required(text('Site version of a release')),
    to: text('Site version of another; default: the newest one'),
  },
  options: {
    format: choice(['text', 'json', 'markdown'], 'Format: text, json or markdown; default: text'),
    offline: flag('Query no git host for the commits between'),
  },
  async run({ from, to, offline }, { core, flow }) {
    const { diffReport } = await import('../report/diff-report.ts');
    const document = await core.diffReleases({ ...flow, from, to, offline });
    return { type: 'compared', document, report: diffReport(document) };
  },
});
