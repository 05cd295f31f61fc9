import { deployOlderCode } from '../errors/deploy-findings.ts';
import type { Finding } from '../errors/finding.ts';
import { composeFilesChanged, composeFilesElsewhere } from '../errors/project-findings.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { planRollback } from '../rollback/plan-rollback.ts';
import { type DeployedRelease, readDeployments } from './deployment.ts';
import type { Snapshot } from './snapshot.ts';

/** Whether a database was migrated past the release that it is to run. */
export async function findNewerSchema(
  { own }: Pick<OpenSite, 'own'>,
  project: string,
  to: DeployedRelease,
  running: string,
): Promise<readonly Finding[]> {
  const deployments = (await readDeployments(own.deployments)).filter((one) => one.project === project);
  const way = planRollback(deployments, to.siteVersion, running);
  if (way === undefined || 'refused' in way || way.whole.from.imageId !== to.imageId) return [];
  const migrated = way.whole.sites.filter(({ migration }) => migration !== undefined);
  return migrated.length === 0
    ? []
    : [
        deployOlderCode(
          to.siteVersion,
          migrated.map(({ name }) => name),
        ),
      ];
}

/** Whether the Compose files are here, and say what runs. */
export function describeSource(
  project: string,
  files: readonly string[],
  reference: string,
  { fromContainers }: Snapshot,
  isHere: boolean,
): readonly Finding[] {
  if (!isHere) return [composeFilesElsewhere(project, files, reference)];
  return fromContainers.length === 0 ? [] : [composeFilesChanged(fromContainers)];
}
