import { openOutput } from '../output.ts';
import { listenForStop } from '../stop-signal.ts';
import { defineCommand } from './command.ts';
import { lockOf, lockOptions } from './lock-options.ts';
import { siteOf, siteOptions } from './site-options.ts';

/** `de-build rebuild` */
export const rebuild = defineCommand({
  usage: 'rebuild <release>',
  describe: 'Build a release anew, and compare it',
  about:
    'From the commits, base images, build args and Containerfile of its record; the mirror is enough where it holds the commits. It ends with exit code 12 when the image is not what was recorded.',
  examples: [
    ['$0 rebuild 1.4.0', 'build it anew under a tag of its own, and tell what differs'],
    ['$0 rebuild 1.4.0 --dry-run', 'what it would be built from'],
    ['$0 rebuild 1.4.0 --replace', "give it the release's tag if its files are the same"],
    ['$0 rebuild 1.4.0 --json', 'one JSON object for each event, the report last'],
  ],
  options: (yargs) =>
    lockOptions(
      siteOptions(
        yargs.positional('release', {
          type: 'string',
          demandOption: true,
          describe: 'Its site version',
        }),
      )
        .option('cache', {
          type: 'boolean',
          describe: 'Take steps from the build cache; what comes from there was not built anew',
        })
        .option('no-cache', {
          type: 'boolean',
          describe: 'Run every step, which is the default',
        })
        .conflicts('cache', 'no-cache')
        .option('replace', {
          type: 'boolean',
          default: false,
          describe:
            "Take the release's tag if identical or equivalent; the old image and record are kept aside",
        })
        .option('inexact', {
          type: 'boolean',
          default: false,
          describe:
            'Go on with what is there where the recorded Containerfile or base image is not to be had',
        })
        .option('dry-run', {
          type: 'boolean',
          default: false,
          alias: 'n',
          describe: 'Say what it would be built from, and change nothing',
        })
        .option('progress', {
          choices: ['auto', 'plain', 'json'] as const,
          default: 'auto' as const,
          requiresArg: true,
          describe:
            'plain: a line for each event; json: an object for each; auto: a live view, or plain where there is no terminal',
        })
        .option('json', { type: 'boolean', default: false, describe: 'The same as --progress json' }),
    ),
  async run(options, io) {
    const { EXIT, rebuildRelease } = await import('@de-build/core');
    const output = openOutput(io, { isVerbose: options.verbose });
    // Notices are among the events.
    const { lockWaitSeconds } = await lockOf(options, io);
    const stop = listenForStop(io);
    const renderer = await output.renderer(options.json ? 'json' : options.progress);
    try {
      const { release, cache = false, replace, inexact, dryRun } = options;
      const rebuilt = await rebuildRelease({
        ...siteOf(options, io),
        lockWaitSeconds,
        signal: stop.signal,
        onEvent: (event) => renderer.event(event),
        ...{ release, cache, replace, inexact, dryRun },
      });
      renderer.end({ rebuilt });
      const verdict = rebuilt.outcome?.verdict ?? 'identical';
      return verdict === 'identical' || verdict === 'equivalent' ? EXIT.ok : EXIT.different;
    } catch (error) {
      renderer.end({ error });
      return output.fail(error, stop.reason());
    } finally {
      stop.release();
    }
  },
});
