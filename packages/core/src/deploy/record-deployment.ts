import { isDeBuildError } from '../errors/de-build-error.ts';
import type { Deployment } from './deployment.ts';
import { appendLedger, type LedgerEntry } from './ledger.ts';

/** Adds a deployment that ended to the history. @param error why it failed */
export async function recordDeployment(
  ledger: string,
  deployment: Deployment,
  now: Date,
  error?: unknown,
): Promise<void> {
  const { id, by, project, from, to, startedAt, stages, sites } = deployment;
  await appendLedger(ledger, {
    kind: deployment.kind ?? 'deploy',
    ...{ id, by, project },
    at: now.toISOString(),
    from: from.reference,
    to: to.reference,
    outcome: error === undefined ? 'done' : 'failed',
    durationMs: now.getTime() - Date.parse(startedAt),
    stages: stagesOf(stages),
    sites: sites.map(({ name, patches, dump }) => ({
      name,
      patches: patches.length,
      ...(dump === undefined ? {} : { dump: dump.path }),
    })),
    ...(error === undefined ? {} : { why: isDeBuildError(error) ? error.what : String(error) }),
  });
}

/** Adds a rollback, or the restore of a backup, to the history. */
export async function recordRollback(
  ledger: string,
  kind: 'rollback' | 'restore',
  { id, by, project, from, to, sites }: Deployment,
  {
    started,
    now,
    stages,
  }: { readonly started: Date; readonly now: Date; readonly stages: Deployment['stages'] },
): Promise<void> {
  await appendLedger(ledger, {
    kind,
    ...{ id, by, project },
    at: now.toISOString(),
    from: to.reference,
    to: from.reference,
    outcome: 'done',
    durationMs: now.getTime() - started.getTime(),
    stages: stagesOf(stages),
    sites: sites.map(({ name, patches }) => ({ name, patches: patches.length })),
  });
}

function stagesOf(stages: Deployment['stages']): LedgerEntry['stages'] {
  return stages.map(({ name, state, startedAt, endedAt }) => ({
    ...{ name, state },
    durationMs: endedAt === undefined ? 0 : Date.parse(endedAt) - Date.parse(startedAt),
  }));
}
