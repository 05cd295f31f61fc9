import type {
  ListedBackups,
  MadeBackup,
  PrunedBackups,
  RestoredBackup,
  StoredBackup,
  VerifiedBackup,
} from '@de-build/core';
import { countOf, formatBytes, formatDuration } from '../terminal/quantities.ts';
import { lossParts } from './loss-parts.ts';
import {
  facts,
  type Inline,
  MARKS,
  note,
  quiet,
  type Report,
  right,
  section,
  strong,
  table,
} from './model.ts';

/** What was backed up. */
export function madeReport({ backup, manifest }: MadeBackup): Report {
  const rows = manifest.sites.map(({ name, database, publicFiles, privateFiles }): readonly Inline[] => {
    const files = [publicFiles, privateFiles].filter((one) => one !== undefined);
    const count = files.reduce((sum, one) => sum + one.files, 0);
    const bytes = files.reduce((sum, one) => sum + one.sizeBytes, 0);
    return [
      strong(name),
      formatBytes(database.sizeBytes),
      files.length === 0 ? 'left out' : `${countOf(count, 'file')}, ${formatBytes(bytes)}`,
    ];
  });
  return {
    parts: [
      table(['site', right('dump'), 'uploaded files'], rows),
      facts([
        ['release', backup.siteVersion],
        ['in', backup.location],
      ]),
      note([strong(backup.id), ' is complete; it was read to its end.'], MARKS.good),
    ],
  };
}

/** One line for each backup, the newest first. */
export function listedReport({ backups }: ListedBackups): Report {
  if (backups.length === 0) return { parts: [note('There is no backup yet; `de-build backup` makes one.')] };
  return {
    parts: [
      table(
        ['id', 'made before', 'sites', right('size'), { heading: 'where', isExtra: true }],
        backups.map((one) => [
          strong(one.id),
          madeBefore(one),
          sitesOf(one),
          formatBytes(one.sizeBytes),
          quiet(one.location),
        ]),
        { noun: 'backup' },
      ),
      note(`${countOf(backups.length, 'backup')}, ${formatBytes(sum(backups))}.`),
    ],
  };
}

function madeBefore({ cause }: StoredBackup): string {
  return cause === 'backup' ? '' : `a ${cause}`;
}

function sitesOf({ sites, withFiles }: StoredBackup): string {
  const names = sites.length > 2 ? countOf(sites.length, 'site') : sites.join(', ');
  return withFiles ? `${names}, with files` : names;
}

function sum(backups: readonly StoredBackup[]): number {
  return backups.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
}

/** Whether a backup can be used. */
export function verifiedReport({ backup, isWhole, files, restored = [] }: VerifiedBackup): Report {
  const problems = files.filter(({ problem }) => problem !== undefined);
  return {
    parts: [
      table(
        ['', 'file', right('size'), { heading: '', wraps: true }],
        files.map(({ file, sizeBytes, problem }) => [
          problem === undefined ? MARKS.good : MARKS.bad,
          file,
          formatBytes(sizeBytes),
          problem ?? '',
        ]),
        { noun: 'file' },
      ),
      ...(restored.length === 0
        ? []
        : section('Loaded into a throw-away database', [
            table(
              ['site', right('tables'), right('rows'), right('size'), right('took')],
              restored.map(({ site, tables, rows, bytes, durationMs }) => [
                strong(site),
                String(tables),
                String(rows),
                formatBytes(bytes),
                formatDuration(durationMs),
              ]),
            ),
          ])),
      isWhole
        ? note([strong(backup.id), ` is whole: ${backup.location}`], MARKS.good)
        : note(
            [strong(backup.id), ` is damaged: ${countOf(problems.length, 'file')} cannot be used.`],
            MARKS.bad,
          ),
    ],
  };
}

/** What was removed, or would be, and why the rest stays. */
export function prunedReport({ dryRun, backups, freedBytes }: PrunedBackups): Report {
  const removed = backups.filter(({ keptAs }) => keptAs.length === 0);
  const [would, did] = [`would be removed`, `removed`];
  const rows = backups.map(({ backup, keptAs }): readonly Inline[] => [
    strong(backup.id),
    formatBytes(backup.sizeBytes),
    keptAs.length === 0
      ? ({ text: dryRun ? would : did, tone: 'warning' } as const)
      : `kept: ${keptAs.join(', ')}`,
  ]);
  const what = `${countOf(removed.length, 'backup')}, ${formatBytes(freedBytes)}`;
  const summary =
    removed.length === 0
      ? 'Nothing to remove.'
      : dryRun
        ? `Would remove ${what}. Nothing was changed.`
        : `Removed ${what}.`;
  return {
    parts: [
      table(['id', right('size'), { heading: '', wraps: true }], rows, { noun: 'backup' }),
      note(summary),
    ],
  };
}

/** What was restored, or would be. */
export function restoredReport({ dryRun, backup, databases, isMigration, present }: RestoredBackup): Report {
  const migrated = isMigration
    ? ` They ${dryRun ? 'would be' : 'were'} migrated to the release that runs.`
    : '';
  return {
    ...(dryRun ? { title: `Would restore ${backup.id}` } : {}),
    parts: [
      ...lossParts(databases, dryRun),
      dryRun
        ? note(`The databases are of ${backup.siteVersion}.${migrated} Nothing was changed.`)
        : note([strong(`${backup.id} was restored.`), migrated], MARKS.good),
      ...(present === undefined ? [] : [note(`The databases from before are in ${present.location}.`)]),
    ],
  };
}
