import { dirname } from 'node:path';
import type { DeployedSiteReport, Deployment, Ledger, RolledBackSite } from '@de-build/core';
import { countOf, formatBytes, formatDuration } from '../terminal/quantities.ts';
import { lossParts } from './loss-parts.ts';
import {
  facts,
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

type Plan = DeployedSiteReport['plan'];
type PlannedSite = Plan['sites'][number];

/** What a deployment did, or would do. */
export function deployReport({ dryRun, plan, deployment }: DeployedSiteReport): Report {
  if (dryRun || deployment === undefined) return planReport(plan);
  const { from, to, sites, startedAt, endedAt = startedAt } = deployment;
  const took = formatDuration(Date.parse(endedAt) - Date.parse(startedAt));
  return {
    parts: [
      ...migratedParts(sites),
      note([strong(`${to.reference} serves.`), ` Deployed over ${from.siteVersion} in ${took}.`], MARKS.good),
    ],
  };
}

export function migratedParts(sites: Deployment['sites']): readonly Part[] {
  const rows = sites.map(({ name, patches, doctypes, dump }): readonly Inline[] => [
    strong(name),
    patches.length === 0 && doctypes.length === 0
      ? 'nothing to migrate'
      : `${countOf(patches.length, 'patch').replace(/patchs/, 'patches')}, ${countOf(doctypes.length, 'doctype')}`,
    dump === undefined ? '' : formatBytes(dump.sizeBytes),
  ]);
  const path = sites.find(({ dump }) => dump !== undefined)?.dump?.path;
  return [
    table(['site', 'migrated', right('dump')], rows),
    // Below it is a folder for each site.
    ...(path === undefined ? [] : [facts([['dumps', dirname(dirname(path))]])]),
  ];
}

function planReport(plan: Plan): Report {
  const { from, to, services, oneShots, kept, workers, frontend } = plan;
  const names = Object.entries(services).map(([name, count]) => (count === 1 ? name : `${name} ×${count}`));
  return {
    title: `Would deploy ${to.reference} to ${plan.project}`,
    parts: [
      facts([
        ['now', from.reference],
        plan.full
          ? ['down, and up again', [...Object.keys(services), ...oneShots, ...kept].join(', ')]
          : ['replaced', names.join(', ')],
        ...(workers.length === 0 ? [] : [['finish their jobs first', workers.join(', ')] as const]),
        ...(oneShots.length === 0 || plan.full
          ? []
          : [['left, as they ran once', oneShots.join(', ')] as const]),
        ...(kept.length === 0 || plan.full ? [] : [['not touched', kept.join(', ')] as const]),
        ['maintenance mode', downtimeOf(plan)],
        ['checked through', frontend ?? 'nothing: no service runs nginx'],
      ]),
      ...plan.sites.flatMap((site) => section(strong(site.name), siteParts(site))),
      note('Nothing was changed.'),
    ],
  };
}

function downtimeOf({ isMigration, lastDowntimeMs }: Plan): string {
  if (!isMigration) return 'stays off';
  return lastDowntimeMs === undefined
    ? 'on while the databases are dumped and migrated'
    : `on for about ${formatDuration(lastDowntimeMs)}, as the last time`;
}

export function siteParts({ patches, doctypes, databaseBytes, maintenance }: PlannedSite): readonly Part[] {
  return [
    facts([
      ['database', formatBytes(databaseBytes)],
      ...(maintenance ? [['maintenance mode', 'on already; it stays on'] as const] : []),
    ]),
    ...(patches.length === 0 && doctypes.length === 0 ? [note('Nothing to migrate.')] : []),
    table(
      ['app', 'patch'],
      patches.map(({ app, patch }) => [app, patch]),
      { noun: 'patch' },
    ),
    table(
      ['app', 'doctype', ''],
      doctypes.map(({ app, doctype, isNew }) => [app, doctype, isNew ? 'new' : 'changed']),
      { noun: 'doctype' },
    ),
  ];
}

/** What was taken back, or would be. */
export function rollbackReport({ dryRun, deployment, databases, bringsBack }: RolledBackSite): Report {
  const { from, to } = deployment;
  return {
    ...(dryRun ? { title: `Would go back from ${to.siteVersion} to ${from.reference}` } : {}),
    parts: [
      ...lossParts(databases, dryRun),
      ...(bringsBack && dryRun
        ? [note(`The image of ${from.siteVersion} is gone; it would be restored first.`)]
        : []),
      dryRun
        ? note('Nothing was changed.')
        : note([strong(`${from.reference} serves.`), ` ${to.siteVersion} was taken back.`], MARKS.good),
    ],
  };
}

/** One line for each deployment and rollback, the newest first. */
export function historyReport({ entries, brokenAt }: Ledger): Report {
  const broken =
    brokenAt === undefined
      ? []
      : [
          note(
            `Line ${brokenAt} of the history was changed after it was written, or one before it was removed.`,
            MARKS.bad,
          ),
        ];
  if (entries.length === 0) return { parts: [note('Nothing was deployed from this folder yet.'), ...broken] };
  const rows = [...entries]
    .reverse()
    .map(({ at, kind, from, to, by, outcome, durationMs, patch, why }): readonly Inline[] => [
      outcome === 'done' ? MARKS.good : MARKS.bad,
      quiet(at.slice(0, 16).replace('T', ' ')),
      kind,
      from === to ? tagOf(to) : `${tagOf(from)} → ${tagOf(to)}`,
      by,
      formatDuration(durationMs),
      why ?? patch ?? '',
    ]);
  return {
    parts: [
      table(['', 'when (UTC)', '', 'release', 'by', right('took'), { heading: '', wraps: true }], rows),
      ...broken,
    ],
  };
}

function tagOf(reference: string): string {
  return reference.slice(reference.lastIndexOf(':') + 1);
}
