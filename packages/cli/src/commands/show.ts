import { defineCommand } from '../command/command.ts';
import { text } from '../command/options.ts';

/** `de-build show` */
export const show = defineCommand({
  usage: 'show [release]',
  describe: 'Show what is in a release',
  about: 'Apps with their commits, base images, build args, steps and warnings, from its manifest.',
  examples: [
    ['$0 show 1.4.0', 'that release'],
    ['$0 show', 'the newest one'],
    ['$0 show 1.4.0 --json', 'its manifest'],
  ],
  arguments: { release: text('Its site version; default: the newest one') },
  async run({ release }, { core, flow }) {
    const { showReport } = await import('../report/show-report.ts');
    const document = await core.readRecord({ ...flow, release });
    return { type: 'shown', document, report: showReport(document, new Date()) };
  },
});
