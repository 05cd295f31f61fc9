import { openOutput } from '../output.ts';
import { listenForStop } from '../stop-signal.ts';
import { defineCommand } from './command.ts';
import { siteOf, siteOptions } from './site-options.ts';

/** `de-build verify` */
export const verify = defineCommand({
  usage: 'verify [release]',
  describe: 'Hold an image against the record of its release',
  about:
    'Its id, labels, app commits, layers and every file. It ends with exit code 7 when something differs from the manifest.',
  examples: [
    ['$0 verify 1.4.0', 'whether that image is still what was released'],
    ['$0 verify --skip-files', 'the newest one, in a second'],
    ['$0 verify 1.4.0 --json', 'every point with what was expected and found'],
  ],
  options: (yargs) =>
    siteOptions(
      yargs.positional('release', {
        type: 'string',
        describe: 'Its site version; the newest one by default',
      }),
    )
      .option('skip-files', {
        type: 'boolean',
        default: false,
        describe: 'Leave out the files, which take as long as docker save does',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print the report as JSON' }),
  async run(options, io) {
    const { EXIT, verifyRelease } = await import('@de-build/core');
    const { renderVerify } = await import('../render/verify.ts');
    const output = openOutput(io, { isVerbose: options.verbose });
    const stop = listenForStop(io);
    try {
      const report = await verifyRelease({
        ...siteOf(options, io),
        release: options.release,
        files: !options.skipFiles,
        signal: stop.signal,
      });
      output.write(
        options.json ? `${JSON.stringify(report, undefined, 2)}\n` : renderVerify(report, io.stdout),
      );
      return report.passed ? EXIT.ok : EXIT.verify;
    } catch (error) {
      return output.fail(error, stop.reason());
    } finally {
      stop.release();
    }
  },
});
