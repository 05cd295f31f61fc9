import { defineCommand } from '../command/command.ts';
import { text } from '../command/options.ts';

/** `de-build status` */
export const status = defineCommand({
  usage: 'status',
  describe: 'Show what runs, and what should run',
  about:
    "The containers of the Compose project that runs the site's image, found by their labels and compared with the Compose files, and the last deployment.",
  examples: [
    ['$0 status', 'every container'],
    ['$0 status --project erp-test', 'of another project with the same image'],
  ],
  options: { project: text('Compose project; default: the one that was brought up from this folder') },
  async run({ project }, { core, flow }) {
    const { statusReport } = await import('../report/status-report.ts');
    const document = await core.readStatus({ ...flow, project });
    return { type: 'status', document, report: statusReport(document, new Date()) };
  },
});
