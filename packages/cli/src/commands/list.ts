import { defineCommand } from '../command/command.ts';
import { number } from '../command/options.ts';
import { UsageError } from '../parse/usage-error.ts';

/** `de-build list` */
export const list = defineCommand({
  usage: 'list',
  describe: 'List the recorded releases, newest first',
  about: 'They are the manifests in the folder build-manifests.',
  examples: [
    ['$0 list', 'every release as a table'],
    ['$0 list --limit 5 --json', 'the last five, for a script'],
  ],
  options: { limit: number('At most so many releases') },
  async run({ limit }, { core, flow }) {
    if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
      throw new UsageError('The option limit takes a whole number from 1 on.');
    }
    const { listReport } = await import('../report/list-report.ts');
    const { manifests, problems } = await core.readRecords(flow);
    const document = manifests.slice(0, limit);
    return {
      type: 'listed',
      document,
      report: listReport(document, new Date()),
      problems,
      exitCode: problems.length > 0 ? core.EXIT.record : core.EXIT.ok,
    };
  },
});
