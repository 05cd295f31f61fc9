import { checkWorkers } from './check-workers.ts';
import { type DeploymentRun, isMigrated, servedSites } from './deployment-run.ts';
import { restartProject } from './restart-project.ts';
import { runGates } from './run-gates.ts';
import type { ServiceSwap } from './service-swap.ts';
import { removeOld, swapServices, swapWorkers } from './swap-services.ts';
import { waitForServices } from './wait-for-services.ts';
import { waitForSite } from './wait-for-site.ts';

export async function swap(run: DeploymentRun): Promise<void> {
  const { deployment, tools } = run;
  tools.done(
    `Services of ${deployment.to.reference} were started; \`de-build deploy --resume\` finishes it.`,
  );
  if (deployment.full === true) await restartProject(swapOf(run));
  else await swapServices(swapOf(run));
}

/** All services are there, and their old containers are removed when everything works. */
export async function finishSwap(run: DeploymentRun, check: () => Promise<void>): Promise<void> {
  const { deployment, engine, project, tools } = run;
  await swapWorkers(swapOf(run));
  await waitForServices(engine.containers, {
    project: project.name,
    services: deployment.services,
    imageId: deployment.to.imageId,
    signal: tools.signal,
  });
  await check();
  await removeOld(swapOf(run));
}

export function swapOf({ deployment, compose, resolved, engine, bench, tools }: DeploymentRun): ServiceSwap {
  // After a gate that did not end well, the sites are in maintenance mode.
  const gated = deployment.stages.findLast(({ name }) => name === 'gate')?.state ?? 'done';
  const isHidden = deployment.sites.some(isMigrated) || gated !== 'done';
  const served = isHidden ? [] : servedSites(deployment);
  return { deployment, compose, resolved, containers: engine.containers, bench, served, tools };
}

/**
 * Maintenance mode ends here; where a site is not served then, it is on again.
 * @param startRest starts what visitors do not wait for, and makes the check that it gets
 */
export async function gate(
  {
    bench,
    deployment,
    engine,
    gates,
    tools,
  }: Pick<DeploymentRun, 'bench' | 'deployment' | 'engine' | 'gates' | 'tools'>,
  startRest: (check: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const { frontend } = deployment;
  const base = `http://${frontend}:8080`;
  await bench.run(['--site', 'all', 'clear-cache']);
  const served = servedSites(deployment);
  await bench.setMaintenance(served, false);
  try {
    for (const site of frontend === undefined ? [] : served)
      await waitForSite(bench, { base, site, signal: tools.signal });
    await startRest(async () => {
      await checkWorkers({ bench, containers: engine.containers }, deployment, served, tools);
      await runGates(gates, deployment, tools);
    });
  } catch (error) {
    await bench.setMaintenance(served, true);
    throw error;
  }
}
