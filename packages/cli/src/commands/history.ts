import { defineCommand } from '../command/command.ts';

/** `de-build history` */
export const history = defineCommand({
  usage: 'history',
  describe: 'List the deployments and rollbacks',
  about:
    'Every line has the hash of the line before it: a line that was changed later is reported, with exit code 9.',
  examples: [['$0 history', 'the newest first']],
  async run(_, { core, flow }) {
    const { historyReport } = await import('../report/deploy-report.ts');
    const document = await core.readHistory(flow);
    return {
      type: 'history',
      document,
      report: historyReport(document),
      exitCode: document.brokenAt === undefined ? core.EXIT.ok : core.EXIT.record,
    };
  },
});
