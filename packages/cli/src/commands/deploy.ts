import { defineCommand } from '../command/command.ts';
import { choice, DRY_RUN, flag, text } from '../command/options.ts';
import { UsageError } from '../parse/usage-error.ts';

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
    ['$0 deploy --on-failure rollback', 'take it back if the sites are not served'],
    ['$0 deploy --rehearse', 'migrate a copy of the databases; how long, which patch fails'],
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
    full: flag('Take the whole project down and up again, with its database', { conflicts: 'resume' }),
    'on-failure': choice(
      ['keep', 'rollback'],
      'What becomes of it when it fails after its services were started; rollback: rows written meanwhile are lost',
    ),
    rehearse: flag('Migrate a copy of the newest backup in a throw-away database, and touch nothing'),
    backup: text('rehearse: the id of another backup; a beginning is enough'),
    'dry-run': flag('Show what would be done, and change nothing', DRY_RUN),
  },
  changesSite: true,
  story: 'always',
  async run({ rehearse, backup, onFailure, ...options }, { core, flow }) {
    if (rehearse) {
      if (options.resume || options.dryRun)
        throw new UsageError('The option rehearse cannot be combined with resume or dry-run.');
      const { rehearsalReport } = await import('../report/rehearsal-report.ts');
      const { release, project } = options;
      const document = await core.rehearseDeployment({ ...flow, release, project, backup });
      const exitCode = document.isPassed ? core.EXIT.ok : core.EXIT.deployment;
      return { type: 'rehearsed', document, report: rehearsalReport(document), exitCode };
    }
    if (backup !== undefined) throw new UsageError('The option backup goes with rehearse only.');
    const { deployReport } = await import('../report/deploy-report.ts');
    const deploy = onFailure === 'rollback' ? core.deployOrRollBack : core.deploySite;
    const document = await deploy({ ...flow, ...options });
    return { type: 'deployed', document, report: deployReport(document), problems: document.findings };
  },
});
