import { defineCommand } from '../command/command.ts';
import { choice, text, texts } from '../command/options.ts';

/** `de-build check` */
export const check = defineCommand({
  usage: 'check',
  describe: 'Run every check of a release, change nothing',
  about: 'It ends with exit code 3 when a release would be refused. docs/checks.md describes every check.',
  examples: [
    ['$0 check', 'all problems, each with its fix'],
    ['$0 check --format junit > ci.xml', 'for a CI that shows test reports'],
    ['$0 check --format github', 'annotations in GitHub Actions'],
    ['$0 check --skip engine', 'without an engine'],
  ],
  options: {
    format: choice(
      ['pretty', 'json', 'junit', 'github'],
      'Format of the results: pretty, json, junit or github; default: pretty',
    ),
    skip: texts('Leave out a check, by its id, such as engine; may be repeated'),
    builder: text('Check this builder too: a name of docker buildx, or the address of a buildkitd'),
    'build-arg': texts('NAME=VALUE, as the release will get it; may be repeated'),
  },
  story: 'as-text',
  async run({ format, skip, buildArg, builder }, { core, flow, isQuiet, isVerbose }) {
    const { checkReport } = await import('../report/check-report.ts');
    const document = await core.checkSite({
      ...flow,
      skip,
      buildArgs: core.parseBuildArgs(buildArg),
      ...core.omitUndefined({ builder }),
    });
    const reports = {
      junit: async () => (await import('../report/junit-report.ts')).junitReport(document),
      github: async () =>
        (await import('../report/github-commands.ts')).githubCommands(
          document,
          flow.environment.GITHUB_WORKSPACE,
        ),
    };
    return {
      type: 'checked',
      document,
      report:
        format === 'junit' || format === 'github'
          ? await reports[format]()
          : checkReport(document, { wasShown: !isQuiet, isVerbose }),
      exitCode: document.passed ? core.EXIT.ok : core.EXIT.checks,
    };
  },
});
