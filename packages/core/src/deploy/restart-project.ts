import { setTimeout as sleep } from 'node:timers/promises';
import { isOfImage, listProject } from '../compose/running-project.ts';
import { parseReference } from '../engine/images/image-reference.ts';
import { projectNotDown } from '../errors/project-failures.ts';
import type { ServiceSwap } from './service-swap.ts';

const LOOK_MS = 500;
const GONE_WITHIN_SECONDS = 60;
const COMPOSE_WITHIN_MS = 10 * 60_000;
const LABEL = 'com.docker.compose';

/**
 * Takes the whole project down, waits until its containers and networks are gone, and brings it up again; volumes stay. Compose
 * succeeds also where something is left.
 * @throws DeBuildError `project-not-down`, `compose-failed`, `compose-too-slow`
 */
export async function restartProject(swap: ServiceSwap): Promise<void> {
  const { deployment, compose, containers, bench, tools } = swap;
  const { networks = [] } = (await containers.inspect(bench.container)) ?? {};
  const ofProject = { [`${LABEL}.project`]: deployment.project };
  // A network with a container in it stays.
  for (const network of networks) await containers.disconnect(bench.container, network);
  for (const { id } of await containers.list({ ...ofProject, [`${LABEL}.oneoff`]: 'True' }))
    await containers.remove(id);
  // Compose would leave their anonymous volumes.
  const { repository } = parseReference(deployment.to.reference);
  for (const one of await listProject(containers, deployment.project))
    if (isOfImage(one, repository)) await containers.remove(one.id);
  await compose.down(COMPOSE_WITHIN_MS);
  let left: readonly string[] = [];
  for (const end = performance.now() + GONE_WITHIN_SECONDS * 1000; performance.now() < end; ) {
    tools.signal.throwIfAborted();
    const names = (await containers.list(ofProject)).map(({ name }) => name);
    left = [...names, ...(await containers.networks(ofProject))];
    if (left.length === 0) break;
    await sleep(LOOK_MS);
  }
  if (left.length > 0) throw projectNotDown(deployment.project, left, GONE_WITHIN_SECONDS);
  await compose.upAll(deployment.services, COMPOSE_WITHIN_MS);
  for (const network of networks) await containers.connect(bench.container, network);
}
