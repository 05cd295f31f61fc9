import { defineCommand } from '../command/command.ts';
import { flag, text } from '../command/options.ts';

/** `de-build audit` */
export const audit = defineCommand({
  usage: 'audit [image]',
  describe: 'Search an image for the secrets of the site',
  about:
    'Every byte of every layer, also packed or deleted, for every form of each secret. It ends with exit code 13 when one is found.',
  examples: [
    ['$0 audit 1.4.0', 'that version of the site'],
    ['$0 audit', 'the version that .env names'],
    ['$0 audit acme/base:bookworm', 'any other image'],
    ['$0 audit --all --json', 'every image of the site, as JSON'],
  ],
  arguments: { image: text('A version of the site, or the name or id of any image') },
  options: { all: flag('Every image of the site that the engine has', { conflicts: 'image' }) },
  async run({ image, all }, { core, flow }) {
    const { auditReport } = await import('../report/audit-report.ts');
    const reports = all ? await core.auditImages(flow) : [await core.auditImage({ ...flow, image })];
    return {
      type: 'audited',
      document: all ? { images: reports } : reports[0],
      report: auditReport(reports),
      exitCode: reports.every(({ passed }) => passed) ? core.EXIT.ok : core.EXIT.leak,
    };
  },
});
