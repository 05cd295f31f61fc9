import { openOutput } from '../output.ts';
import { listenForStop } from '../stop-signal.ts';
import { defineCommand } from './command.ts';
import { lockOf, lockOptions } from './lock-options.ts';
import { siteOf, siteOptions } from './site-options.ts';

/** `de-build doctor` */
export const doctor = defineCommand({
  usage: 'doctor',
  describe: 'Find, and mend, what runs that died have left',
  about:
    'Unfinished releases, temporary names and files, lost tags, unlisted archives. What may be of another run or copy of the site is told of and left alone. It ends with exit code 14 when something is left to mend.',
  examples: [
    ['$0 doctor', 'what is there; nothing is changed'],
    ['$0 doctor --repair --dry-run', 'what would be mended'],
    ['$0 doctor --repair', 'mend it'],
  ],
  options: (yargs) =>
    lockOptions(
      siteOptions(yargs)
        .option('repair', {
          type: 'boolean',
          default: false,
          describe: 'Mend what can be mended for certain',
        })
        .option('dry-run', {
          type: 'boolean',
          default: false,
          alias: 'n',
          describe: 'With --repair: say what would be mended, and change nothing',
        })
        .option('json', { type: 'boolean', default: false, describe: 'Print the report as JSON' }),
    ),
  async run(options, io) {
    const { diagnoseSite, EXIT } = await import('@de-build/core');
    const { renderDoctor } = await import('../render/doctor.ts');
    const output = openOutput(io, { isVerbose: options.verbose });
    const stop = listenForStop(io);
    try {
      const report = await diagnoseSite({
        ...siteOf(options, io),
        ...(await lockOf(options, io)),
        repair: options.repair,
        dryRun: options.dryRun,
        signal: stop.signal,
      });
      output.write(
        options.json ? `${JSON.stringify(report, undefined, 2)}\n` : renderDoctor(report, io.stdout),
      );
      return report.remaining === 0 ? EXIT.ok : EXIT.leftovers;
    } catch (error) {
      return output.fail(error, stop.reason());
    } finally {
      stop.release();
    }
  },
});
