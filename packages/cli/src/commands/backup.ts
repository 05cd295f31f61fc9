import { resolve } from 'node:path';
import { type Context, defineCommand, type Finished } from '../command/command.ts';
import { choice, DRY_RUN, flag, number, text, texts, type ValuesOf } from '../command/options.ts';
import { ownCommand } from '../command/own-command.ts';
import { UsageError } from '../parse/usage-error.ts';

const ARGUMENTS = {
  action: choice(['create', 'list', 'verify', 'prune', 'restore'], 'What to do; default: create'),
  id: text('Of a backup, for verify and restore; a beginning is enough'),
};

const OPTIONS = {
  to: text('Where backups are: a folder, or restic:REPOSITORY; default: backup.to, or .de-build/backups'),
  project: text('Compose project; default: the one that was brought up from this folder'),
  'without-files': flag('create: leave uploaded files out'),
  restore: flag('verify: also load it into a throw-away database, and count rows'),
  keep: number('prune: how many of the newest stay in any case; default: 7'),
  only: texts('restore: this site of the bench; may be repeated'),
  files: flag('restore: put uploaded files back too; newer ones stay'),
  yes: flag('restore: accept that rows that were written since are lost', { alias: 'y' }),
  'dry-run': flag('prune, restore: show what would be done, and change nothing', DRY_RUN),
  'print-timer': flag('create: print units of systemd for nightly backups, and make none'),
};

type Values = ValuesOf<typeof ARGUMENTS> & ValuesOf<typeof OPTIONS>;
type Action = NonNullable<Values['action']>;

/** Options that only some of the actions take. */
const TAKEN_BY: Readonly<Partial<Record<keyof Values, readonly Action[]>>> = {
  id: ['verify', 'restore'],
  withoutFiles: ['create'],
  printTimer: ['create'],
  restore: ['verify'],
  keep: ['prune'],
  only: ['restore'],
  files: ['restore'],
  yes: ['restore'],
  dryRun: ['prune', 'restore'],
};

/** `de-build backup` */
export const backup = defineCommand({
  usage: 'backup [action] [id]',
  describe: 'Back up the sites; list, verify, prune, restore',
  about:
    'A backup has the database of every site, its uploaded files, and site_config.json with the encryption key. It is read to its end while it is made, and has its name only when it is complete. Prune keeps the last backup of each release and of each month, the newest ones, and what a rollback needs.',
  examples: [
    ['$0 backup', 'into .de-build/backups'],
    ['$0 backup --to restic:sftp:nas:/erp', 'its password: RESTIC_PASSWORD in .env'],
    ['$0 backup list', 'also those that deployments made'],
    ['$0 backup verify --restore', 'load the newest into a throw-away database'],
    ['$0 backup prune --dry-run', 'what would go, and why the rest stays'],
    ['$0 backup restore 20261129T02', 'says what would be lost; --yes accepts it'],
    ['$0 backup --print-timer', 'nightly, by systemd'],
  ],
  arguments: ARGUMENTS,
  options: OPTIONS,
  changesSite: true,
  story: 'always',
  async run({ action = 'create', ...options }, context) {
    for (const [name, actions] of Object.entries(TAKEN_BY)) {
      const value = options[name as keyof typeof options];
      const isGiven = value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
      if (isGiven && !actions.includes(action))
        throw new UsageError(`\`backup ${action}\` does not take ${name === 'id' ? 'an id' : dashed(name)}.`);
    }
    const to = options.to?.startsWith('restic:') === false ? resolve(context.folder, options.to) : options.to;
    return ACTIONS[action]({ ...options, to }, context);
  },
});

const dashed = (name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

type Run = (options: Omit<Values, 'action'>, context: Context) => Promise<Finished>;

const ACTIONS: Readonly<Record<Action, Run>> = {
  async create({ to, project, withoutFiles, printTimer }, { core, flow }) {
    if (printTimer) {
      const args = [
        ...(to === undefined ? [] : ['--to', to]),
        ...(project === undefined ? [] : ['--project', project]),
        ...(withoutFiles ? ['--without-files'] : []),
      ];
      const document = core.backupTimer({ site: flow.site, command: ownCommand(), args });
      const { unitsReport } = await import('../report/units-report.ts');
      return { type: 'backup-timer', document, report: unitsReport([document.service, document.timer]) };
    }
    const { madeReport } = await import('../report/backup-report.ts');
    const document = await core.backUpSites({ ...flow, to, project, withFiles: !withoutFiles });
    return { type: 'backed-up', document, report: madeReport(document) };
  },
  async list({ to }, { core, flow }) {
    const { listedReport } = await import('../report/backup-report.ts');
    const document = await core.listBackups({ ...flow, to });
    return { type: 'backups', document, report: listedReport(document), problems: document.problems };
  },
  async verify({ id, to, project, restore }, { core, flow }) {
    const { verifiedReport } = await import('../report/backup-report.ts');
    const document = await core.verifyBackup({ ...flow, id, to, project, restore });
    const exitCode = document.isWhole ? core.EXIT.ok : core.EXIT.deployment;
    return { type: 'backup-verified', document, report: verifiedReport(document), exitCode };
  },
  async prune({ to, keep, dryRun }, { core, flow }) {
    if (keep !== undefined && (!Number.isInteger(keep) || keep < 1))
      throw new UsageError('--keep takes a whole number, 1 or higher.');
    const { prunedReport } = await import('../report/backup-report.ts');
    const document = await core.pruneBackups({ ...flow, to, keepLast: keep, dryRun });
    return { type: 'backups-pruned', document, report: prunedReport(document) };
  },
  async restore({ id, to, project, only, files, yes, dryRun }, { core, flow }) {
    if (id === undefined)
      throw new UsageError('`backup restore` needs the id of a backup; see `backup list`.');
    const { restoredReport } = await import('../report/backup-report.ts');
    const chosen = only.length === 0 ? undefined : only;
    const document = await core.restoreBackup({
      ...{ ...flow, id, to, project, files, dryRun },
      ...{ only: chosen, acceptLoss: yes },
    });
    return { type: 'backup-restored', document, report: restoredReport(document) };
  },
};
