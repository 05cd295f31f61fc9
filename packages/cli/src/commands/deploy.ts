import { defineCommand } from '../command/command.ts';
import { DRY_RUN, flag, text } from '../command/options.ts';

/** `de-build deploy` */
export const deploy = defineCommand({
  usage: 'deploy [release]',
  describe: 'Put a release into service, and migrate',
  about:
    "On the Compose project that runs the site's image. Workers finish their jobs, every site is put into maintenance mode, dumped and migrated by the new image; then the services of the image are replaced, and the sites are checked through the frontend. Until then a failure is undone, and what ran before serves again.",
  examples: [
    ['$0 deploy --dry-run', 'patches and doctypes of each site; services'],
    ['$0 deploy', 'the version in .env'],
    ['$0 deploy 1.5.0', 'another release'],
    ['$0 deploy --host ssh://erp@server', 'on another machine; the image goes over if need be'],
    ['$0 deploy --resume', 'finish one that was interrupted'],
  ],
  arguments: { release: text('Its site version; default: that of the env file') },
  options: {
    project: text('Compose project; default: the one that was brought up from this folder'),
    from: text(
      'Engine or Docker context that has the image, if this one has not; default: that of this machine',
    ),
    resume: flag('Finish a deployment that was interrupted', { conflicts: 'release' }),
    'dry-run': flag('Show what would be done, and change nothing', DRY_RUN),
  },
  changesSite: true,
  story: 'always',
  async run(options, { core, flow }) {
    const { deployReport } = await import('../report/deploy-report.ts');
    const document = await core.deploySite({ ...flow, ...options });
    return { type: 'deployed', document, report: deployReport(document), problems: document.findings };
  },
});
