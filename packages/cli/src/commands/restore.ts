import { resolve } from 'node:path';
import { openOutput } from '../output.ts';
import { listenForStop } from '../stop-signal.ts';
import { defineCommand } from './command.ts';
import { lockOf, lockOptions } from './lock-options.ts';
import { siteOf, siteOptions } from './site-options.ts';

/** `de-build restore` */
export const restore = defineCommand({
  usage: 'restore <release>',
  describe: 'Bring the image of a release back',
  about:
    'By the cheapest means that verifies: the image without its tag, an archive, a registry, and last a rebuild from the mirror. What comes back is the recorded image or none; an image with the same files takes its tag only with --accept-equivalent.',
  examples: [
    ['$0 restore 1.4.0', 'its image, and its tag'],
    ['$0 restore 1.4.0 --dry-run', 'what would be tried'],
    ['$0 restore 1.4.0 --from /backup', 'from an archive that was moved'],
    ['$0 restore 1.4.0 --accept-equivalent', 'the same files will do, if nothing else is left'],
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
        .option('from', {
          type: 'string',
          requiresArg: true,
          describe: 'An archive that was moved, or the folder it is in',
        })
        .option('no-rebuild', {
          type: 'boolean',
          default: false,
          describe: 'Build nothing when no other means brings it back',
        })
        .option('accept-equivalent', {
          type: 'boolean',
          default: false,
          describe: "Give the release's tag to a rebuilt image with the same files, and record it",
        })
        .option('force', {
          type: 'boolean',
          default: false,
          describe: 'Take the tag from another image, which keeps one of its own',
        })
        .option('dry-run', {
          type: 'boolean',
          default: false,
          alias: 'n',
          describe: 'Say which means would be tried, and change nothing',
        })
        .option('json', { type: 'boolean', default: false, describe: 'Print the result as JSON' }),
    ),
  async run(options, io) {
    const { restoreRelease } = await import('@de-build/core');
    const { renderRestore } = await import('../render/archives.ts');
    const { createTransferLine } = await import('../render/transfer-line.ts');
    const { createLateRenderer } = await import('../render/late-renderer.ts');
    const output = openOutput(io, { isVerbose: options.verbose });
    const stop = listenForStop(io);
    const line = createTransferLine(io.stderr);
    const view = createLateRenderer(() => output.renderer('auto'));
    try {
      const restored = await restoreRelease({
        ...siteOf(options, io),
        ...(await lockOf(options, io)),
        release: options.release,
        force: options.force,
        dryRun: options.dryRun,
        signal: stop.signal,
        rebuild: options.noRebuild ? 'never' : options.acceptEquivalent ? 'equivalent' : 'identical',
        onProgress: line.take,
        onEvent: (event) => {
          if (options.json || (event.type === 'notice' && !view.isDrawing())) return;
          line.end();
          view.event(event);
        },
        ...(options.from === undefined ? {} : { from: resolve(io.folder, options.from) }),
      });
      line.end();
      await view.end();
      output.write(options.json ? `${JSON.stringify(restored)}\n` : renderRestore(restored, io.stdout));
      return 0;
    } catch (error) {
      line.end();
      await view.end();
      return output.fail(error, stop.reason());
    } finally {
      stop.release();
    }
  },
});
