import { type DeployedSiteReport, type DeployOptions, deploySite } from '../deploy/deploy-site.ts';
import { describeLoss } from '../deploy/describe-loss.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { deploymentRolledBack, rollbackFailed } from '../errors/rollback-failures.ts';
import { rollBackSite } from './roll-back-site.ts';

/**
 * Deploys a release, and takes it back where it fails after its services were started. Rows that were written while it was checked
 * are lost then; the error counts them.
 * @throws as `deploySite`; DeBuildError `deployment-rolled-back`, `rollback-failed`
 */
export async function deployOrRollBack(options: DeployOptions): Promise<DeployedSiteReport> {
  try {
    return await deploySite(options);
  } catch (error) {
    if (!isDeBuildError(error) || error.code !== 'deployment-failed') throw error;
    const cause = isDeBuildError(error.cause) ? error.cause : error;
    const { release: _, resume: __, ...shared } = options;
    try {
      const { deployment, databases } = await rollBackSite({ ...shared, acceptLoss: true });
      throw deploymentRolledBack(cause, deployment.from.reference, describeLoss(databases, 'are'));
    } catch (failed) {
      if (!isDeBuildError(failed) || failed.code === 'deployment-rolled-back') throw failed;
      throw rollbackFailed(cause, failed);
    }
  }
}
