import type { RehearsedDeployment, RehearsedSite } from '@de-build/core';
import { countOf, formatBytes, formatDuration } from '../terminal/quantities.ts';
import {
  type Inline,
  MARKS,
  note,
  type Part,
  quiet,
  type Report,
  right,
  section,
  strong,
  table,
} from './model.ts';

/** How a deployment would go. */
export function rehearsalReport({ project, to, backup, isPassed, sites }: RehearsedDeployment): Report {
  const rows = sites.map(
    ({ name, restoreMs, migrateMs, bytesBefore, bytesAfter, patches, doctypes, failure }) => [
      failure === undefined ? MARKS.good : MARKS.bad,
      strong(name),
      `${countOf(patches.length, 'patch').replace('patchs', 'patches')}, ${countOf(doctypes.length, 'doctype')}`,
      formatDuration(restoreMs),
      formatDuration(migrateMs),
      `${formatBytes(bytesBefore)} → ${formatBytes(bytesAfter)}`,
    ],
  );
  return {
    title: `Rehearsed ${to.reference} on ${backup.id}`,
    parts: [
      table(
        ['', 'site', 'migrated', right('load'), right('migrate'), 'database'],
        rows as readonly Inline[][],
      ),
      ...sites.flatMap(failureParts),
      isPassed
        ? note([strong(`${to.siteVersion} migrates.`), ` ${project} was not touched.`], MARKS.good)
        : note([strong(`${to.siteVersion} does not migrate.`), ` ${project} was not touched.`], MARKS.bad),
    ],
  };
}

function failureParts({ name, failure, log }: RehearsedSite): readonly Part[] {
  if (failure === undefined) return [];
  // A traceback ends with the error.
  const said = failure.output?.trim().split('\n').at(-1);
  return section(strong(name), [
    note(failure.what),
    note(failure.why),
    ...(said === undefined ? [] : [note(quiet(said))]),
    note(`The whole output is in ${log}.`),
  ]);
}
