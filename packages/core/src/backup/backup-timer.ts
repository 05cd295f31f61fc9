import { userInfo } from 'node:os';
import { basename } from 'node:path';

/** What the units of systemd name. All paths are absolute. */
export interface BackupTimerOptions {
  readonly site: string;
  /** The command `de-build`. */
  readonly command: readonly string[];
  /** Of `de-build backup`. */
  readonly args: readonly string[];
}

/** Units of systemd that back up a site each night. */
export interface BackupTimer {
  readonly service: UnitFile;
  readonly timer: UnitFile;
}

export interface UnitFile {
  /** `/etc/systemd/system/…` */
  readonly path: string;
  readonly text: string;
}

const FOLDER = '/etc/systemd/system';

/** A backup at about 02:30, at the next start if the machine was off then, and a prune after it. */
export function backupTimer({ site, command, args }: BackupTimerOptions): BackupTimer {
  const { username: user } = userInfo();
  const name = `de-build-backup-${basename(site).replace(/[^\w-]+/g, '-')}`;
  const line = (words: readonly string[]) =>
    [...command, ...words, '--site', site, '--lock-wait=1h'].map(quote).join(' ');
  return {
    service: {
      path: `${FOLDER}/${name}.service`,
      text: [
        '[Unit]',
        `Description=Backup of ${quotePercent(site)}`,
        'After=docker.service network-online.target',
        'Wants=network-online.target',
        '',
        '[Service]',
        'Type=oneshot',
        `User=${user}`,
        `ExecStart=${line(['backup', ...args])}`,
        `ExecStart=${line(['backup', 'prune', ...args.filter((_, at) => isOfTarget(args, at))])}`,
        'Nice=10',
        'IOSchedulingClass=idle',
        '',
      ].join('\n'),
    },
    timer: {
      path: `${FOLDER}/${name}.timer`,
      text: [
        '[Unit]',
        `Description=Nightly backup of ${quotePercent(site)}`,
        '',
        '[Timer]',
        'OnCalendar=*-*-* 02:30:00',
        'RandomizedDelaySec=15min',
        'Persistent=true',
        '',
        '[Install]',
        'WantedBy=timers.target',
        '',
      ].join('\n'),
    },
  };
}

/** Where backups are matters for the prune too. */
function isOfTarget(args: readonly string[], at: number): boolean {
  return args[at] === '--to' || args[at - 1] === '--to';
}

/** A word of ExecStart: `%` begins a specifier, `$` a variable. */
function quote(word: string): string {
  const escaped = quotePercent(word).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('$', '$$$$');
  return /^[\w@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

function quotePercent(text: string): string {
  return text.replaceAll('%', '%%');
}
