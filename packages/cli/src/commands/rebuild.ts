import { defineCommand } from '../command/command.ts';
import { DRY_RUN, flag, required, text } from '../command/options.ts';

/** `de-build rebuild` */
export const rebuild = defineCommand({
  usage: 'rebuild <release>',
  describe: 'Build a release again, and compare it',
  about:
    'From the commits, base images, build args and Containerfile of its record; the mirror is enough where it holds the commits. It ends with exit code 12 when the image is not what was recorded.',
  examples: [
    ['$0 rebuild 1.4.0', 'under a tag of its own, with all that differs'],
    ['$0 rebuild 1.4.0 --dry-run', 'what it would be built from'],
    ['$0 rebuild 1.4.0 --replace', 'take over the tag if the files are the same'],
  ],
  arguments: { release: required(text('Its site version')) },
  options: {
    cache: flag('Use the build cache; cached steps are not built again', { conflicts: 'no-cache' }),
    'no-cache': flag('Run every step, which is the default'),
    replace: flag(
      "Take the release's tag if identical or equivalent; the old image and record are kept aside",
    ),
    inexact: flag(
      'Continue with what is there where the recorded Containerfile or base image is not available',
    ),
    'dry-run': flag('Say what it would be built from, and change nothing', DRY_RUN),
  },
  changesSite: true,
  story: 'always',
  async run({ noCache: _, ...options }, { core, flow }) {
    const { rebuildReport } = await import('../report/rebuild-report.ts');
    const document = await core.rebuildRelease({ ...flow, ...options });
    const verdict = document.outcome?.verdict ?? 'identical';
    const isSame = verdict === 'identical' || verdict === 'equivalent';
    return {
      type: 'rebuilt',
      document,
      report: rebuildReport(document),
      exitCode: isSame ? core.EXIT.ok : core.EXIT.different,
    };
  },
});
