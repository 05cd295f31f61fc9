import { defineCommand } from '../command/command.ts';
import { choice, DRY_RUN, flag, text, texts } from '../command/options.ts';

/** `de-build build` */
export const build = defineCommand({
  usage: 'build',
  describe: 'Check, build, verify, tag and record a release',
  about: 'What `de-build` does when no command is named.',
  examples: [
    ['$0', 'release the version that .env names'],
    ['$0 --dry-run', 'show what would be built, from which commits'],
    ['$0 --no-cache', 'run every step again'],
    ['$0 --progress json > log.jsonl', 'one JSON object for each event'],
  ],
  options: {
    'no-cache': flag('Run every step again, without the build cache'),
    pull: flag('Pull newer base images'),
    push: flag('Push the image to its registry, before it gets its tag'),
    'dry-run': flag('Check and plan, show the plan, and change nothing', DRY_RUN),
    force: flag('Release an existing version again; the old image and its record are kept'),
    'build-arg': texts('NAME=VALUE, overrides .env and de-build.json; may be repeated'),
    frozen: flag('Build from the commits of the last recorded release, even if refs moved'),
    'token-delivery': choice(
      ['auto', 'sources', 'inject'],
      'How the build gets private apps: sent with the build, without a token, or with the token in URLs',
    ),
    audit: choice(
      ['fail', 'warn', 'off'],
      'What to do about a secret in the image; default: audit of de-build.json',
    ),
    'keep-failed': flag('Keep an image that the audit refuses, as VERSION-quarantined-ID'),
    platform: texts(
      'Platform of the image, such as linux/arm64; default: DOCKER_DEFAULT_PLATFORM, or the engine; may be repeated',
    ),
    builder: text('Build with this builder of docker buildx, or the buildkitd at this address'),
    'cache-from': texts('Build cache of another builder: type=registry,ref=REF; may be repeated'),
    'cache-to': texts('Write the build cache for other builders, after the audit; may be repeated'),
    network: choice(['default', 'host', 'none'], "The network of the build's steps: default, host or none"),
  },
  changesSite: true,
  story: 'always',
  async run(
    {
      dryRun,
      buildArg,
      push,
      audit,
      builder,
      network,
      platform,
      tokenDelivery,
      cacheFrom,
      cacheTo,
      ...options
    },
    { core, flow },
  ) {
    const { planReport, releaseReport } = await import('../report/build-report.ts');
    const release = {
      ...flow,
      ...options,
      ...core.omitUndefined({ push: push || undefined, audit, builder, network, tokenDelivery }),
      ...core.omitUndefined({ platform: given(platform)?.join(',') }),
      ...core.omitUndefined({ cacheFrom: given(cacheFrom), cacheTo: given(cacheTo) }),
      buildArgs: core.parseBuildArgs(buildArg),
    };
    if (dryRun) {
      const plan = await core.planRelease(release);
      return { type: 'planned', document: { plan }, report: planReport(plan) };
    }
    const document = await core.buildRelease(release).result;
    return { type: 'released', document, report: releaseReport(document) };
  },
});

/** Options replace what de-build.json has only where they are given. */
function given(values: readonly string[]): readonly string[] | undefined {
  return values.length === 0 ? undefined : values;
}
