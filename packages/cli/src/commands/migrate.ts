import { defineCommand } from '../command/command.ts';
import { DRY_RUN, flag, text } from '../command/options.ts';

/** `de-build migrate` */
export const migrate = defineCommand({
  usage: 'migrate',
  describe: 'Run pending patches, skip one, or run one again',
  about:
    'On the release that runs, as a deployment does it: workers finish their jobs, maintenance mode is on, every database is dumped first, and put back if it fails. With --skip or --again nothing is migrated yet: only the Patch Log of the sites is changed, which says what `bench migrate` runs.',
  examples: [
    ['$0 migrate --dry-run', 'what is pending'],
    ['$0 migrate', 'run it, on all sites'],
    ['$0 migrate --skip erp.patches.v15.fix', 'the next deployment passes it'],
    ['$0 migrate --again erp.patches.v15.fix', 'the next migrate runs it again'],
  ],
  options: {
    only: text("One of the bench's sites; default: all of them"),
    skip: text('Enter a pending patch as done; a line of patches.txt, or its module', {
      conflicts: ['again', 'resume', 'dry-run'],
    }),
    again: text('Make a patch that ran pending again', { conflicts: ['resume', 'dry-run'] }),
    project: text('Compose project; default: the one that was brought up from this folder'),
    resume: flag('Finish a migration that was interrupted', { conflicts: 'only' }),
    'dry-run': flag('Show what is pending, and change nothing', DRY_RUN),
  },
  changesSite: true,
  story: 'always',
  async run({ skip, again, ...options }, { core, flow }) {
    const { markedReport, migratedReport } = await import('../report/migrate-report.ts');
    const patch = skip ?? again;
    if (patch !== undefined) {
      const as = skip === undefined ? 'pending' : 'skipped';
      const document = await core.markPatch({ ...flow, ...options, patch, as });
      return { type: 'migrated', document, report: markedReport(document) };
    }
    const document = await core.migrateSites({ ...flow, ...options });
    return { type: 'migrated', document, report: migratedReport(document) };
  },
});
