import { defineCommand } from '../command/command.ts';
import { DRY_RUN, flag, required, text } from '../command/options.ts';

/** `de-build rebuild` */
export const rebuild = defineCommand({
  usage: 'rebuild <release>',
  describe: 'Build a release again, and compare it',
  about:
    'From the commits, base images, build args and Containerfile of its record; git hosts are only needed for commits that the mirror lacks. It ends with exit code 12 when the image is not what was recorded.',
  examples: [
    ['$0 rebuild 1.4.0', 'tag the result separately, show differences'],
    ['$0 rebuild 1.4.0 --dry-run', 'what it would be built from'],
    ['$0 rebuild 1.4.0 --replace', 'take over the tag if the files are the same'],
  ],
  arguments: { release: required(text('Its site version')) },
  options: {
    cache: flag('Use the build cache; cached steps are not built again', { conflicts: 'no-cache' }),
    'no-cache': flag('Run every step, which is the default'),
    replace: flag("Take the release's tag if identical or equivalent; the old image and record are kept"),
    inexact: flag('Use another Containerfile or base image if the recorded one is not available'),
    'dry-run': flag('Show what it would be built from, and change nothing', DRY_RUN),
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
