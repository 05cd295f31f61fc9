import { openOutput } from '../output.ts';
import { listenForStop } from '../stop-signal.ts';
import { defineCommand } from './command.ts';
import { siteOf, siteOptions } from './site-options.ts';

/** `de-build diff` */
export const diff = defineCommand({
  usage: 'diff <from> [to]',
  describe: 'Compare two releases, and judge the deployment',
  about:
    'Apps with their commits, base images, build args, packages and size; and whether new containers are enough, a migration is needed, or there is no way back without a backup.',
  examples: [
    ['$0 diff 1.4.0', 'from that release to the newest one'],
    ['$0 diff 1.4.0 1.5.0 --format markdown > notes.md', 'release notes'],
    ['$0 diff 1.4.0 1.5.0 --format json', 'everything, for a script'],
  ],
  options: (yargs) =>
    siteOptions(
      yargs
        .positional('from', { type: 'string', demandOption: true, describe: 'Site version of a release' })
        .positional('to', { type: 'string', describe: 'Site version of another; the newest one by default' }),
    )
      .option('format', {
        choices: ['text', 'json', 'markdown'] as const,
        default: 'text' as const,
        requiresArg: true,
        describe: 'How it is written: text, json or markdown; text by default',
      })
      .option('offline', {
        type: 'boolean',
        default: false,
        describe: 'Ask no git host for the commits between',
      }),
  async run(options, io) {
    const { diffReleases } = await import('@de-build/core');
    const output = openOutput(io, { isVerbose: options.verbose });
    const stop = listenForStop(io);
    try {
      const { from, to, format, offline } = options;
      const found = await diffReleases({
        ...siteOf(options, io),
        ...{ from, to, offline },
        signal: stop.signal,
      });
      if (format === 'json') output.write(`${JSON.stringify(found, undefined, 2)}\n`);
      else if (format === 'text') {
        const { renderDiff } = await import('../render/diff.ts');
        output.write(renderDiff(found, io.stdout));
      } else {
        const { renderReleaseNotes } = await import('../render/release-notes.ts');
        output.write(renderReleaseNotes(found));
      }
      return 0;
    } catch (error) {
      return output.fail(error, stop.reason());
    } finally {
      stop.release();
    }
  },
});
