import { defineCommand } from '../command/command.ts';
import { flag, text } from '../command/options.ts';

/** `de-build verify` */
export const verify = defineCommand({
  usage: 'verify [release]',
  describe: 'Compare an image with its release record',
  about:
    'Its id, labels, app commits, layers and every file. It ends with exit code 7 when something differs from the manifest.',
  examples: [
    ['$0 verify 1.4.0', 'whether that image is still what was released'],
    ['$0 verify --skip-files', 'the newest one, in a second'],
    ['$0 verify 1.4.0 --json', 'every property, as expected and as found'],
  ],
  arguments: { release: text('Its site version; default: the newest one') },
  options: { 'skip-files': flag('Skip the files, which take as long as docker save') },
  async run({ release, skipFiles }, { core, flow }) {
    const { verifyReport } = await import('../report/verify-report.ts');
    const document = await core.verifyRelease({ ...flow, release, files: !skipFiles });
    return {
      type: 'verified',
      document,
      report: verifyReport(document),
      exitCode: document.passed ? core.EXIT.ok : core.EXIT.verify,
    };
  },
});
