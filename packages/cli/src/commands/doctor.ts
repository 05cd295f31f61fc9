import { defineCommand } from '../command/command.ts';
import { DRY_RUN, flag } from '../command/options.ts';

/** `de-build doctor` */
export const doctor = defineCommand({
  usage: 'doctor',
  describe: 'Find and repair what interrupted runs left',
  about:
    'Unfinished releases, temporary names and files, lost tags, unlisted archives. What may belong to another run or copy of the site is reported and left alone. It ends with exit code 14 when something is left to repair.',
  examples: [
    ['$0 doctor', 'show what is found; change nothing'],
    ['$0 doctor --repair --dry-run', 'what would be repaired'],
    ['$0 doctor --repair', 'repair it'],
  ],
  options: {
    repair: flag('Repair what can be repaired safely'),
    'dry-run': flag('With --repair: show what would be repaired, and change nothing', DRY_RUN),
  },
  changesSite: true,
  async run(options, { core, flow }) {
    const { doctorReport } = await import('../report/doctor-report.ts');
    const document = await core.diagnoseSite({ ...flow, ...options });
    return {
      type: 'diagnosed',
      document,
      report: doctorReport(document),
      exitCode: document.remaining === 0 ? core.EXIT.ok : core.EXIT.leftovers,
    };
  },
});
