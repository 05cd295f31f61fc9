import { defineCommand } from '../command/command.ts';
import { DRY_RUN, flag, text } from '../command/options.ts';

/** `de-build rollback` */
export const rollback = defineCommand({
  usage: 'rollback [release]',
  describe: 'Take the last deployment back, or more',
  about:
    'The images that ran before it, the Compose project as it was, and, where a site was migrated, its database from before that. With a release, every deployment since that one is taken back; an image that is gone is restored first. What cannot go back whole is refused. Rows that were written since would be lost: they are counted, and nothing is changed without --yes. The database as it is now is dumped first.',
  examples: [
    ['$0 rollback --dry-run', 'what would go back, and what would be lost'],
    ['$0 rollback', 'refused if rows would be lost'],
    ['$0 rollback --yes', 'lose them'],
    ['$0 rollback 1.3.0 --dry-run', 'to an earlier release'],
  ],
  arguments: { release: text('Site version; default: the one before the last deployment') },
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
