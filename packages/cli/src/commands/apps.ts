import { openOutput } from '../output.ts';
import { listenForStop } from '../stop-signal.ts';
import { defineCommand } from './command.ts';
import { siteOf, siteOptions } from './site-options.ts';

/** `de-build apps` */
export const apps = defineCommand({
  usage: 'apps',
  describe: 'Hold the apps against the last release',
  about:
    'Each with its ref, the commit in the last release and the one now, the commits between, and the newest release tag. All git hosts are asked side by side; nothing is built. With --outdated it ends with exit code 10 when there is something to list; with 4 when a host cannot be asked.',
  examples: [
    ['$0 apps', 'every app'],
    ['$0 apps --outdated', 'those that moved or have a newer release tag'],
    ['$0 apps --json', 'everything, with the subjects of the commits between'],
  ],
  options: (yargs) =>
    siteOptions(yargs)
      .option('outdated', {
        type: 'boolean',
        default: false,
        describe: 'Only apps that moved, came, went, or have a newer release tag',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print the report as JSON' }),
  async run(options, io) {
    const { EXIT, listApps } = await import('@de-build/core');
    const { renderApps } = await import('../render/apps.ts');
    const output = openOutput(io, { isVerbose: options.verbose });
    const stop = listenForStop(io);
    try {
      const { outdated, json } = options;
      const { site, environment, redactor } = siteOf(options, io);
      const report = await listApps({ site, environment, redactor, outdated, signal: stop.signal });
      output.write(
        json ? `${JSON.stringify(report, undefined, 2)}\n` : renderApps(report, io.stdout, { outdated }),
      );
      const unread = await output.tellProblems(report.unreadableRecords);
      await output.tellProblems(report.problems);
      if (report.problems.length > 0) return EXIT.git;
      if (unread !== EXIT.ok) return unread;
      return outdated && report.outdated > 0 ? EXIT.outdated : EXIT.ok;
    } catch (error) {
      return output.fail(error, stop.reason());
    } finally {
      stop.release();
    }
  },
});
