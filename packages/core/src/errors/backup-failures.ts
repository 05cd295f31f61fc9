import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { sentence } from './sentence.ts';
import { systemAnswer, systemCode } from './system-answer.ts';

/** @param why a sentence */
export function dumpIncomplete(site: string, why: string): DeBuildError {
  return new DeBuildError({
    code: 'dump-incomplete',
    what: `The dump of the database of ${site} is not complete.`,
    why,
    fix: 'Check the log of the database, and run it again.',
    exitCode: EXIT.deployment,
  });
}

/** @param why a sentence */
export function filesIncomplete(site: string, kind: 'public' | 'private', why: string): DeBuildError {
  return new DeBuildError({
    code: 'files-incomplete',
    what: `The tar of the ${kind} files of ${site} is not complete.`,
    why,
    fix: 'Run it again; `--without-files` leaves uploaded files out.',
    exitCode: EXIT.deployment,
  });
}

/** A recorded backup is gone, or is another file now. @param why a sentence */
export function backupDamaged(path: string, why: string): DeBuildError {
  return new DeBuildError({
    code: 'backup-damaged',
    what: `The backup ${path} cannot be used.`,
    why,
    fix: 'Put the file back from a copy, and run it again.',
    exitCode: EXIT.deployment,
  });
}

/** @param cause the error of the file system */
export function backupNotWritten(path: string, cause: unknown): DeBuildError {
  const code = systemCode(cause);
  return new DeBuildError({
    code: 'backup-not-written',
    what: `The backup could not be written to ${path}.`,
    why: `The system answered ${systemAnswer(cause)}. No partial backup was left.`,
    fix:
      code === 'ENOSPC' || code === 'EDQUOT'
        ? 'Free some disk space there, as with `de-build backup prune`.'
        : 'Check that the folder exists and can be written to, or choose another with `de-build backup --to`.',
    exitCode: EXIT.deployment,
    cause,
  });
}

/** @param id as it was given; @param known ids of those at hand */
export function backupNotFound(
  id: string | undefined,
  store: string,
  known: readonly string[],
): DeBuildError {
  return new DeBuildError({
    code: 'backup-not-found',
    what: id === undefined ? 'There is no backup.' : `There is no backup ${id}.`,
    why:
      known.length === 0
        ? `${store} has none, and no deployment made one.`
        : `${store} and the deployments have ${known.slice(0, 5).join(', ')}${known.length > 5 ? ', …' : ''}.`,
    fix: known.length === 0 ? 'Make one with `de-build backup`.' : 'See `de-build backup list`.',
    exitCode: EXIT.usage,
  });
}

export function badBackupDestination(text: string, why: string): DeBuildError {
  return new DeBuildError({
    code: 'backup-destination-malformed',
    what: `"${text}" is no place for backups.`,
    why,
    fix: 'Write a folder, or `restic:REPOSITORY` with a repository as restic writes it.',
    exitCode: EXIT.usage,
  });
}

/** @param backup its release; @param running the release that runs */
export function backupOfNewerRelease(id: string, backup: string, running: string): DeBuildError {
  return new DeBuildError({
    code: 'backup-of-newer-release',
    what: `The backup ${id} is not restored.`,
    why: `It is of ${backup}, and ${running} runs: old code must not run on a newer schema.`,
    fix: `Deploy ${backup} first, with \`de-build deploy ${backup}\`; or choose another one of \`de-build backup list\`.`,
    exitCode: EXIT.deployment,
  });
}

/** @param sites of the backup; @param missing those that the project does not have, or that the backup does not have */
export function backupSiteMissing(
  id: string,
  sites: readonly string[],
  missing: readonly string[],
): DeBuildError {
  return new DeBuildError({
    code: 'backup-site-missing',
    what: `${missing.join(', ')} cannot be restored from ${id}.`,
    why: `The backup has ${sites.join(', ')}; a site is restored into the database that it has in the project.`,
    fix: 'Name a site that both have, with `--only SITE`; a missing one is made with `bench new-site`.',
    exitCode: EXIT.deployment,
  });
}

/** @param rows a sentence with what would be lost */
export function restoreLosesData(id: string, rows: string): DeBuildError {
  return new DeBuildError({
    code: 'restore-loses-data',
    what: `The databases would go back to the backup ${id}.`,
    why: rows,
    fix: 'Run it again with `--yes` to accept that; a backup of the present databases is made first.',
    exitCode: EXIT.deployment,
  });
}

/** @param failed what failed, as a sentence; @param present id of the backup from before it */
export function restoreFailed(
  id: string,
  failed: string,
  why: string,
  present: string,
  output?: string,
): DeBuildError {
  return new DeBuildError({
    code: 'restore-failed',
    what: `The restore of ${id} failed after databases were changed.`,
    why: `${failed} ${sentence(why)} The sites are in maintenance mode.`,
    fix: `Correct the cause and run it again; or go back with \`de-build backup restore ${present} --yes\`.`,
    exitCode: EXIT.deployment,
    output,
  });
}

export function backupDatabaseUnsupported(site: string, database: string): DeBuildError {
  return new DeBuildError({
    code: 'backup-database-unsupported',
    what: `${site} is not backed up.`,
    why: `Its database is ${database}; de-build knows MariaDB only.`,
    fix: `Back it up with \`bench --site ${site} backup\`.`,
    exitCode: EXIT.deployment,
  });
}

export function nothingToBackUp(project: string): DeBuildError {
  return new DeBuildError({
    code: 'nothing-to-back-up',
    what: `${project} has no site.`,
    why: 'No folder in its `sites` has a site_config.json.',
    fix: 'Make a site with `bench new-site`; or name another project with `--project`.',
    exitCode: EXIT.deployment,
  });
}

export function restoreUnfinished(id: string): DeBuildError {
  return new DeBuildError({
    code: 'restore-unfinished',
    what: `The restore of the backup ${id} did not end.`,
    why: 'A database may be half loaded, and the sites are in maintenance mode.',
    fix: `Run \`de-build backup restore ${id} --yes\` again, or restore another backup.`,
    exitCode: EXIT.conflict,
  });
}
