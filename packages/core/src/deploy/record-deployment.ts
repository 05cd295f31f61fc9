import { isDeBuildError } from '../errors/de-build-error.ts';
import type { Deployment } from './deployment.ts';
import { appendLedger, type LedgerEntry, ledgerFile } from './ledger.ts';

/** Adds a deployment that ended to the history. @param error why it failed */
export async function recordDeployment(
  deployments: string,
  deployment: Deployment,
  now: Date,
  error?: unknown,
): Promise<void> {
  const { id, by, project, from, to, startedAt, steps, sites } = deployment;
  await appendLedger(ledgerFile(deployments), {
    kind: 'deploy',
    ...{ id, by, project },
    at: now.toISOString(),
    from: from.reference,
    to: to.reference,
    outcome: error === undefined ? 'done' : 'failed',
    durationMs: now.getTime() - Date.parse(startedAt),
    steps: stepsOf(steps),
    sites: sites.map(({ name, patches, dump }) => ({
      name,
      patches: patches.length,
      ...(dump === undefined ? {} : { dump: dump.path }),
    })),
    ...(error === undefined ? {} : { why: isDeBuildError(error) ? error.what : String(error) }),
  });
}

/** Adds a rollback to the history. */
export async function recordRollback(
  deployments: string,
  { id, by, project, from, to, sites }: Deployment,
  {
    started,
    now,
    steps,
  }: { readonly started: Date; readonly now: Date; readonly steps: Deployment['steps'] },
): Promise<void> {
  await appendLedger(ledgerFile(deployments), {
    kind: 'rollback',
    ...{ id, by, project },
    at: now.toISOString(),
    from: to.reference,
    to: from.reference,
    outcome: 'done',
    durationMs: now.getTime() - started.getTime(),
    steps: stepsOf(steps),
    sites: sites.map(({ name, patches }) => ({ name, patches: patches.length })),
  });
}

function stepsOf(steps: Deployment['steps']): LedgerEntry['steps'] {
  return steps.map(({ name, state, startedAt, endedAt }) => ({
    ...{ name, state },
    durationMs: endedAt === undefined ? 0 : Date.parse(endedAt) - Date.parse(startedAt),
  }));
}
