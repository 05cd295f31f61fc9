import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { sentence } from './sentence.ts';

/** @param failed why it failed; @param lost a sentence with the rows that are lost, or nothing */
export function deploymentRolledBack(failed: DeBuildError, reference: string, lost: string): DeBuildError {
  return new DeBuildError({
    code: 'deployment-rolled-back',
    what: 'The deployment failed and was taken back.',
    why: `${failed.what} ${sentence(failed.why)} ${reference} serves.${lost === '' ? '' : ` ${lost}`}`,
    fix: 'Correct the cause, release it, and deploy that release.',
    exitCode: EXIT.deployment,
    output: failed.output,
  });
}

/** @param failed why it failed; @param rollback of taking it back */
export function rollbackFailed(failed: DeBuildError, rollback: DeBuildError): DeBuildError {
  return new DeBuildError({
    code: 'rollback-failed',
    what: 'The deployment failed, and so did taking it back.',
    why: `${failed.what} ${sentence(failed.why)} The rollback: ${rollback.what} ${rollback.why}`,
    fix: `${rollback.fix} Then run \`de-build rollback\`.`,
    exitCode: EXIT.deployment,
    output: rollback.output ?? failed.output,
  });
}

export function nothingToRollBack(project: string): DeBuildError {
  return new DeBuildError({
    code: 'nothing-to-roll-back',
    what: `There is nothing to roll back in ${project}.`,
    why: 'No deployment from this folder is recorded that serves now.',
    fix: 'See `de-build history`; another release is deployed with `de-build deploy VERSION`.',
    exitCode: EXIT.usage,
  });
}

/** @param rows a sentence with what would be lost */
export function rollbackLosesData(reference: string, rows: string): DeBuildError {
  return new DeBuildError({
    code: 'rollback-loses-data',
    what: `The rollback to ${reference} restores the database from before the deployment.`,
    why: rows,
    fix: 'Run it again with `--yes` to accept that; a backup of the present database is made first.',
    exitCode: EXIT.deployment,
  });
}

/** @param release the one before the last deployment unless given; @param why as a sentence */
export function rollbackNotWhole(release: string | undefined, why: string): DeBuildError {
  return new DeBuildError({
    code: 'rollback-not-whole',
    what: `There is no whole way back to ${release ?? 'what ran before'}.`,
    why,
    fix: 'See `de-build history`. Older code over a newer database breaks it; restore a backup of your own first, and bring that release up by hand.',
    exitCode: EXIT.deployment,
  });
}
