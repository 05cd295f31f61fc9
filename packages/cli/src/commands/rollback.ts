import { defineCommand } from '../command/command.ts';
import { DRY_RUN, flag, text } from '../command/options.ts';

/** `de-build rollback` */
export const rollback = defineCommand({
  usage: 'rollback',
  describe: 'Take the last deployment back',
  about:
    'The images that ran before it, the Compose project as it was, and, where a site was migrated, its database from before that. Rows that were written since would be lost: they are counted, and nothing is changed without --yes. The database as it is now is dumped first.',
  examples: [
    ['$0 rollback --dry-run', 'what would go back, and what would be lost'],
    ['$0 rollback', 'refused if rows would be lost'],
    ['$0 rollback --yes', 'lose them'],
  ],
  options: {
    project: text('Compose project; default: that of the last deployment'),
    yes: flag('Accept that rows that were written since are lost', { alias: 'y' }),
    'dry-run': flag('Show what would be done, and change nothing', DRY_RUN),
  },
  changesSite: true,
  story: 'always',
  async run({ yes, ...options }, { core, flow }) {
    const { rollbackReport } = await import('../report/deploy-report.ts');
    const document = await core.rollBackSite({ ...flow, ...options, acceptLoss: yes });
    return { type: 'rolled-back', document, report: rollbackReport(document) };
  },
});
