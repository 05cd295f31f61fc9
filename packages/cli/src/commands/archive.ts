import { openOutput } from '../output.ts';
import { listenForStop } from '../stop-signal.ts';
import { defineCommand } from './command.ts';
import { lockOf, lockOptions } from './lock-options.ts';
import { siteOf, siteOptions } from './site-options.ts';

/** `de-build archive` */
export const archive = defineCommand({
  usage: 'archive <release>',
  describe: "Keep a copy of a release's image",
  about:
    'As a compressed file, or in a registry that docker login knows. Its digest is recorded beside the manifest, for `de-build restore`.',
  examples: [
    ['$0 archive 1.4.0', 'into .de-build/archives of the site'],
    ['$0 archive 1.4.0 --to /backup', 'into a folder'],
    ['$0 archive 1.4.0 --to hub.acme/erp', 'into a registry, as :1.4.0'],
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
        .option('to', {
          type: 'string',
          requiresArg: true,
          describe: 'A folder, or HOST/NAME of a registry; .de-build/archives by default',
        })
        .option('force', {
          type: 'boolean',
          default: false,
          describe: 'Replace another image that has the tag in the registry',
        })
        .option('dry-run', {
          type: 'boolean',
          default: false,
          alias: 'n',
          describe: 'Say where it would go, and change nothing',
        })
        .option('json', { type: 'boolean', default: false, describe: 'Print the result as JSON' }),
    ),
  async run(options, io) {
    const { archiveRelease, parseArchiveDestination } = await import('@de-build/core');
    const { renderArchive } = await import('../render/archives.ts');
    const { createTransferLine } = await import('../render/transfer-line.ts');
    const output = openOutput(io, { isVerbose: options.verbose });
    const stop = listenForStop(io);
    const line = createTransferLine(io.stderr);
    try {
      const { to } = options;
      const archived = await archiveRelease({
        ...siteOf(options, io),
        ...(await lockOf(options, io)),
        release: options.release,
        force: options.force,
        dryRun: options.dryRun,
        signal: stop.signal,
        onProgress: line.take,
        ...(to === undefined ? {} : { to: await parseArchiveDestination(to, io.folder) }),
      });
      line.end();
      output.write(options.json ? `${JSON.stringify(archived)}\n` : renderArchive(archived, io.stdout));
      return 0;
    } catch (error) {
      line.end();
      return output.fail(error, stop.reason());
    } finally {
      stop.release();
    }
  },
});
