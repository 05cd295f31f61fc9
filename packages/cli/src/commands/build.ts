import type { ReleaseEvent, ReleaseOptions } from '@de-build/core';
import type { Argv } from 'yargs';
import { openOutput } from '../output.ts';
import { listenForStop } from '../stop-signal.ts';
import { type Command, defineCommand } from './command.ts';
import { lockOf, lockOptions } from './lock-options.ts';
import { siteOf, siteOptions } from './site-options.ts';

function buildOptions(yargs: Argv) {
  return lockOptions(
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
        describe: 'Check and plan, show the plan, and change nothing',
      })
      .option('progress', {
        choices: ['auto', 'plain', 'json'] as const,
        default: 'auto' as const,
        requiresArg: true,
        describe:
          'plain: a line for each event; json: an object for each; auto: a live view, or plain where there is no terminal',
      })
      .option('json', { type: 'boolean', default: false, describe: 'The same as --progress json' })
      .option('force', {
        type: 'boolean',
        default: false,
        describe: 'Release a version again that exists; the old image and its record are kept aside',
      })
      .option('build-arg', {
        type: 'string',
        array: true,
        nargs: 1,
        requiresArg: true,
        describe: 'NAME=VALUE, instead of what .env and de-build.json say; may be repeated',
      })
      .option('frozen', {
        type: 'boolean',
        default: false,
        describe: 'Build from the very commits of the last recorded release, wherever refs point now',
      })
      .option('token-delivery', {
        choices: ['auto', 'mirror', 'inject'] as const,
        requiresArg: true,
        describe: 'How the build gets private apps: from a token-free mirror here, or with the token in URLs',
      })
      .option('audit', {
        choices: ['fail', 'warn', 'off'] as const,
        requiresArg: true,
        describe: "What a secret in the image means; de-build.json's audit by default",
      })
      .option('keep-failed', {
        type: 'boolean',
        default: false,
        describe: 'Keep an image that the audit refuses, as VERSION-quarantined-ID',
      })
      .option('network', {
        choices: ['default', 'host', 'none'] as const,
        requiresArg: true,
        describe: "The network of the build's steps: default, host or none",
      }),
  );
}

type BuildOptions = ReturnType<typeof buildOptions> extends Argv<infer Options> ? Options : never;

const command: Command<BuildOptions> = {
  usage: 'build',
  describe: 'Check, build, verify, tag and record a release',
  about: 'What `de-build` does when no command is named.',
  examples: [
    ['$0', 'release the version that .env names'],
    ['$0 --dry-run', 'show what would be built, from which commits'],
    ['$0 --no-cache', 'the same, every step anew'],
    ['$0 --json > release.jsonl', 'one JSON object for each event'],
  ],
  options: buildOptions,
  async run(options, io) {
    const { buildRelease, parseBuildArgs, planRelease } = await import('@de-build/core');
    const output = openOutput(io, { isVerbose: options.verbose });
    // Notices are among the events.
    const { lockWaitSeconds } = await lockOf(options, io);
    const stop = listenForStop(io);
    const renderer = await output.renderer(options.json ? 'json' : options.progress);
    const release: ReleaseOptions = {
      ...siteOf(options, io),
      lockWaitSeconds,
      signal: stop.signal,
      onEvent: (event: ReleaseEvent) => renderer.event(event),
      buildArgs: parseBuildArgs(options.buildArg ?? []),
      noCache: options.noCache,
      pull: options.pull,
      force: options.force,
      frozen: options.frozen,
      keepFailed: options.keepFailed,
      ...(options.audit === undefined ? {} : { audit: options.audit }),
      ...(options.network === undefined ? {} : { network: options.network }),
      ...(options.tokenDelivery === undefined ? {} : { tokenDelivery: options.tokenDelivery }),
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
};

/** `de-build build` */
export const build = defineCommand(command);

/** `de-build` without a command. Its help is about all commands; the options are told by `de-build build --help`. */
export const buildByDefault = defineCommand({ ...command, usage: '$0', overview });

function overview(yargs: Argv) {
  return siteOptions(yargs)
    .group(['help', 'version'], 'General options:')
    .example([
      ['$0 check', 'every problem of the site at once, each with its fix'],
      ['$0 bump patch', 'the next version, written into .env'],
      ['$0', 'check, build, verify, tag and record it'],
    ])
    .epilogue(
      'Run `de-build <command> --help` for the options of a command.\n\nExit codes: 0 done, 1 bug, 2 usage, 3 checks, 4 git, 5 engine, 6 build, 7 verify, 8 conflict, 9 record, 10 outdated, 11 locked, 12 different, 13 leak, 14 leftovers, 130 interrupted, 143 terminated.',
    );
}
