import { openOutput } from '../output.ts';
import { listenForStop } from '../stop-signal.ts';
import { defineCommand } from './command.ts';
import { siteOf, siteOptions } from './site-options.ts';

/** `de-build check` */
export const check = defineCommand({
  usage: 'check',
  describe: 'Make every check of a release, change nothing',
  about: 'It ends with exit code 3 when a release would be refused. docs/checks.md tells of every check.',
  examples: [
    ['$0 check', 'every problem at once, each with its fix'],
    ['$0 check --format junit > ci.xml', 'for a CI that shows test reports'],
    ['$0 check --format github', 'annotations in GitHub Actions'],
    ['$0 check --skip engine', 'where there is no engine'],
  ],
  options: (yargs) =>
    siteOptions(yargs)
      .option('format', {
        choices: ['pretty', 'json', 'junit', 'github'] as const,
        default: 'pretty' as const,
        requiresArg: true,
        describe: 'How the results are written: pretty, json, junit or github; pretty by default',
      })
      .option('skip', {
        type: 'string',
        array: true,
        nargs: 1,
        requiresArg: true,
        describe: 'Leave out a check, by its id, such as engine; may be repeated',
      })
      .option('build-arg', {
        type: 'string',
        array: true,
        nargs: 1,
        requiresArg: true,
        describe: 'NAME=VALUE, as it will be given to the release; may be repeated',
      }),
  async run(options, io) {
    const { checkSite, EXIT, parseBuildArgs } = await import('@de-build/core');
    const { renderChecks } = await import('../render/checks.ts');
    const output = openOutput(io, { isVerbose: options.verbose });
    const stop = listenForStop(io);
    const progress = options.format === 'pretty' ? await output.renderer('auto') : undefined;
    try {
      const report = await checkSite({
        ...siteOf(options, io),
        signal: stop.signal,
        skip: options.skip ?? [],
        buildArgs: parseBuildArgs(options.buildArg ?? []),
        onEvent: (event) => progress?.event(event),
      });
      if (progress === undefined)
        output.write(renderChecks(report, options.format, { root: io.environment.GITHUB_WORKSPACE }));
      else progress.end({ report });
      return report.passed ? EXIT.ok : EXIT.checks;
    } catch (error) {
      progress?.end({ error });
      return output.fail(error, stop.reason());
    } finally {
      stop.release();
    }
  },
});
