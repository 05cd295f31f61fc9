import type { ReleaseEvent, ReleaseOptions } from '@de-build/core';
import { openOutput } from '../output.ts';
import { listenForStop } from '../stop-signal.ts';
import { defineCommand } from './command.ts';
import { siteOf, siteOptions } from './site-options.ts';

/** `de-build`, `de-build build` */
export const build = defineCommand({
  usage: ['build', '$0'],
  describe: 'Check, build, verify, tag and record a release of the site',
  examples: [
    ['$0', 'release the version that .env names'],
    ['$0 --no-cache', 'the same, every step anew'],
    ['$0 --dry-run', 'show what would be built, and from which commits'],
    ['$0 --progress json > release.jsonl', 'one JSON object for each event'],
  ],
  options: (yargs) =>
    siteOptions(yargs)
      .option('no-cache', {
        type: 'boolean',
        default: false,
        describe: 'Run every step again, whatever the build cache holds',
      })
      .option('pull', { type: 'boolean', default: false, describe: 'Ask for newer base images' })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        alias: 'n',
        describe: 'Check and plan only; change nothing',
      })
      .option('progress', {
        choices: ['auto', 'plain', 'json'] as const,
        default: 'auto' as const,
        requiresArg: true,
        describe: 'auto is a live view on a terminal and plain lines elsewhere',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Same as --progress json' })
      .option('force', {
        type: 'boolean',
        default: false,
        describe: 'Release a version that exists once more; the old image keeps a tag of its own',
      })
      .option('build-arg', {
        type: 'string',
        array: true,
        nargs: 1,
        requiresArg: true,
        describe: 'NAME=VALUE, before .env and de-build.json; may be repeated',
      })
      .option('network', {
        type: 'string',
        requiresArg: true,
        describe: "Network of the build's steps: default, host or none",
      }),
  async run(options, io) {
    const { buildRelease, parseBuildArgs, planRelease, createRedactor } = await import('@de-build/core');
    const redactor = createRedactor();
    const output = openOutput(io, { isVerbose: options.verbose, redactor });
    const stop = listenForStop(io);
    const renderer = await output.renderer(options.json ? 'json' : options.progress);
    const release: ReleaseOptions = {
      ...siteOf(options, io),
      redactor,
      signal: stop.signal,
      onEvent: (event: ReleaseEvent) => renderer.event(event),
      buildArgs: parseBuildArgs(options.buildArg ?? []),
      noCache: options.noCache,
      pull: options.pull,
      force: options.force,
      ...(options.network === undefined ? {} : { network: options.network }),
    };
    try {
      if (options.dryRun) renderer.end({ plan: await planRelease(release) });
      else renderer.end({ result: await buildRelease(release).result });
      return 0;
    } catch (error) {
      renderer.end({ error });
      return output.fail(error, stop.reason());
    } finally {
      stop.release();
    }
  },
});
