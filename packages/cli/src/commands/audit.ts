import type { ReleaseEvent } from '@de-build/core';
import { openOutput } from '../output.ts';
import { listenForStop } from '../stop-signal.ts';
import { defineCommand } from './command.ts';
import { siteOf, siteOptions } from './site-options.ts';

/** `de-build audit` */
export const audit = defineCommand({
  usage: 'audit [image]',
  describe: 'Search an image for the secrets of the site',
  about:
    'Every byte of every layer, packed or deleted, in all the ways a secret may be written. It ends with exit code 13 when one is found.',
  examples: [
    ['$0 audit 1.4.0', 'that version of the site'],
    ['$0 audit', 'the version that .env names'],
    ['$0 audit acme/base:bookworm', 'any other image'],
    ['$0 audit --all --json', 'every image of the site, as JSON'],
  ],
  options: (yargs) =>
    siteOptions(
      yargs.positional('image', {
        type: 'string',
        describe: 'A version of the site, or the name or id of any image',
      }),
    )
      .option('all', {
        type: 'boolean',
        conflicts: 'image',
        describe: 'Every image of the site that the engine has',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print the reports as JSON' }),
  async run(options, io) {
    const { auditImage, auditImages, EXIT } = await import('@de-build/core');
    const { renderAudit } = await import('../render/leaks.ts');
    const { createTransferLine } = await import('../render/transfer-line.ts');
    const output = openOutput(io, { isVerbose: options.verbose });
    const stop = listenForStop(io);
    const line = createTransferLine(io.stderr);
    const notices: string[] = [];
    let doing = '';
    try {
      const common = {
        ...siteOf(options, io),
        signal: stop.signal,
        onEvent: (event: ReleaseEvent) => {
          if (event.type === 'stage') doing = event.title.replace(/^Searching /, '');
          if (event.type === 'notice') notices.push(event.text);
          if (event.type === 'image-read') line.take({ doing: 'searching', what: doing, ...event });
        },
      };
      const reports =
        options.all === true
          ? await auditImages(common)
          : [await auditImage({ ...common, image: options.image })];
      line.end();
      for (const text of notices) io.stderr.write(`de-build: ${text}\n`);
      const document = options.all === true ? { images: reports } : reports[0];
      output.write(
        options.json ? `${JSON.stringify(document, undefined, 2)}\n` : renderAudit(reports, io.stdout),
      );
      return reports.every(({ passed }) => passed) ? EXIT.ok : EXIT.leak;
    } catch (error) {
      line.end();
      return output.fail(error, stop.reason());
    } finally {
      stop.release();
    }
  },
});
