import { openOutput } from '../output.ts';
import { defineCommand } from './command.ts';
import { siteOf, siteOptions } from './site-options.ts';

/** `de-build show` */
export const show = defineCommand({
  usage: 'show [release]',
  describe: 'Show what went into a release',
  about: 'Apps with their commits, base images, build args, steps and warnings, from its manifest.',
  examples: [
    ['$0 show 1.4.0', 'that release'],
    ['$0 show', 'the newest one'],
    ['$0 show 1.4.0 --json', 'its manifest'],
  ],
  options: (yargs) =>
    siteOptions(
      yargs.positional('release', {
        type: 'string',
        describe: 'Its site version; the newest one by default',
      }),
    ).option('json', { type: 'boolean', default: false, describe: 'Print the manifest as JSON' }),
  async run(options, io) {
    const { readRecord } = await import('@de-build/core');
    const { renderShow } = await import('../render/tables.ts');
    const output = openOutput(io, { isVerbose: options.verbose });
    const manifest = await readRecord({ ...siteOf(options, io), release: options.release });
    output.write(
      options.json ? `${JSON.stringify(manifest, undefined, 2)}\n` : renderShow(manifest, io.stdout),
    );
    return 0;
  },
});
