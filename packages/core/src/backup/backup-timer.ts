import { basename } from 'node:path';
import { serviceUnit, timerUnit, type UnitFile } from '../flow/systemd-units.ts';

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

/** A backup at about 02:30, at the next start if the machine was off then, and a prune after it. */
export function backupTimer({ site, command, args }: BackupTimerOptions): BackupTimer {
  const name = `de-build-backup-${basename(site).replace(/[^\w-]+/g, '-')}`;
  const line = (words: readonly string[]) => [...command, ...words, '--site', site, '--lock-wait=1h'];
  return {
    service: serviceUnit(
      name,
      `Backup of ${site}`,
      [line(['backup', ...args]), line(['backup', 'prune', ...args.filter((_, at) => isOfTarget(args, at))])],
      ['Nice=10', 'IOSchedulingClass=idle'],
    ),
    timer: timerUnit(name, `Nightly backup of ${site}`, [
      'OnCalendar=*-*-* 02:30:00',
      'RandomizedDelaySec=15min',
      'Persistent=true',
    ]),
  };
}

/** Where backups are matters for the prune too. */
function isOfTarget(args: readonly string[], at: number): boolean {
  return args[at] === '--to' || args[at - 1] === '--to';
}
