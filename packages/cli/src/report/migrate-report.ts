import type { MarkedPatch, MigratedSites } from '@de-build/core';
import { migratedParts, siteParts } from './deploy-report.ts';
import { MARKS, note, type Report, section, strong, table } from './model.ts';

/** What was migrated, or would be. */
export function migratedReport({ dryRun, sites, reference, deployment }: MigratedSites): Report {
  if (deployment !== undefined)
    return {
      parts: [
        ...migratedParts(deployment.sites),
        note([strong(`${reference} serves`), ', migrated.'], MARKS.good),
      ],
    };
  return {
    ...(dryRun ? { title: `Pending for ${reference}` } : {}),
    parts: [
      ...sites.flatMap((site) => section(strong(site.name), siteParts(site))),
      note('Nothing was changed.'),
    ],
  };
}

/** What the next migrate passes, or runs again. */
export function markedReport({ as, patches }: MarkedPatch): Report {
  return {
    parts: [
      table(
        ['site', 'app', { heading: 'patch', wraps: true }],
        patches.map(({ site, app, patch }) => [strong(site), app, patch]),
      ),
      note(
        as === 'skipped'
          ? 'The next migration passes it. Take that back with `--again`.'
          : 'The next migration runs it: `de-build migrate`, or the next deployment.',
        MARKS.good,
      ),
    ],
  };
}
