import { setTimeout as sleep } from 'node:timers/promises';
import { listProject, type ProjectContainer } from '../compose/running-project.ts';
import { addressesOf, quit, reloadFrontends, runningOf, shareBundles } from './frontends.ts';
import {
  END_SECONDS,
  look,
  removeAll,
  type ServiceSwap,
  type SwappedService,
  scaleOf,
  stop,
  wanted,
} from './service-swap.ts';
import { type AddressedService, waitForAnswers } from './wait-for-answers.ts';

const FRONTEND_PORT = '8080';
const COMPOSE_WITHIN_MS = 10 * 60_000;
/** How long requests may take to end where the next container serves already; gunicorn itself waits as long. */
const DRAIN_SECONDS = 30;
/** A proxy needs time to see a new frontend. Traefik collects what the engine reports for two seconds. */
const PROXY_LOOKS_WITHIN_MS = 5000;

/**
 * Starts new containers beside those that serve, and waits until they answer. Nothing is replaced by it, and what `swapServices`
 * needs is at hand then.
 */
export async function startBeside(swap: ServiceSwap): Promise<void> {
  const lacking = web(swap, await look(swap)).filter(
    ({ replacement, missing }) => replacement !== 'in-place' && missing > 0,
  );
  if (lacking.length > 0) await swap.compose.create(scaleOf(lacking), COMPOSE_WITHIN_MS);
  const { frontends, behind } = groups(swap, await look(swap));
  const running = runningOf(frontends);
  if (swap.served.length > 0) await reloadFrontends(swap, running, {});
  await shareBundles(swap, frontends);
  await start(
    swap,
    behind.filter(({ replacement }) => replacement === 'beside'),
  );
}

/** Removes what `startBeside` added. */
export async function removeBeside(swap: ServiceSwap): Promise<void> {
  for (const { old, new: added } of web(swap, await look(swap)))
    if (old.length > 0) for (const { id } of added) await swap.containers.remove(id);
}

/** Replaces all but the workers. The frontend last: it looks up the addresses of the others once, when it starts or is reloaded. */
export async function swapServices(swap: ServiceSwap): Promise<void> {
  await startBeside(swap);
  const { frontends, behind } = groups(swap, await look(swap));
  const running = runningOf(frontends);
  // From now on the frontends ask the new containers only; the old ones end what they began.
  await reloadFrontends(swap, running, addressesOf(behind, running));
  await Promise.all(
    behind
      .flatMap(({ old }) => old)
      .map((one) => stop(swap, one, runsSocket(one) ? END_SECONDS : DRAIN_SECONDS)),
  );
  await start(
    swap,
    behind.filter(({ replacement }) => replacement === 'after'),
  );
  await replaceInPlace(
    swap,
    behind.filter(({ replacement }) => replacement === 'in-place'),
  );
  for (const one of frontends) await swapFrontend(swap, one);
}

/** Starts the workers anew. They were stopped before, and nothing of their containers is taken over. */
export async function swapWorkers(swap: ServiceSwap): Promise<void> {
  const { frontends, workers } = groups(swap, await look(swap));
  await reloadFrontends(swap, runningOf(frontends), {});
  await replaceInPlace(swap, workers);
}

/** Removes the old containers. The new ones get the first of all names, which people and scripts know. */
export async function removeOld(swap: ServiceSwap): Promise<void> {
  for (const { old, new: added } of await look(swap)) {
    await removeAll(swap, old);
    const wanted = [...old, ...added]
      .map(({ name }) => name)
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      .slice(0, added.length);
    const free = wanted.filter((name) => !added.some((one) => one.name === name));
    for (const { id, name } of added) {
      const next = wanted.includes(name) ? undefined : free.shift();
      if (next !== undefined) await swap.containers.rename(id, next);
    }
  }
}

async function replaceInPlace(swap: ServiceSwap, services: readonly SwappedService[]): Promise<void> {
  await removeAll(
    swap,
    services.flatMap(({ old }) => old),
  );
  if (services.length > 0) await swap.compose.up(wanted(swap.deployment, services), COMPOSE_WITHIN_MS);
}

async function swapFrontend(swap: ServiceSwap, frontend: SwappedService): Promise<void> {
  const { replacement, old, service } = frontend;
  if (replacement === 'beside') {
    await start(swap, [frontend]);
    const isSeen = swap.served.length > 0 && old.length > 0;
    if (isSeen) await sleep(PROXY_LOOKS_WITHIN_MS, undefined, { signal: swap.tools.signal });
    await Promise.all(old.map((one) => quit(swap, one, DRAIN_SECONDS)));
    return;
  }
  await Promise.all(old.map((one) => quit(swap, one, END_SECONDS)));
  if (replacement === 'after') return start(swap, [frontend]);
  await replaceInPlace(swap, [frontend]);
  await waitForAnswers(swap.bench, swap.containers, {
    awaited: (await look(swap))
      .filter((one) => one.service === service)
      .flatMap((one) => one.new)
      .map((one) => addressed(one, FRONTEND_PORT)),
    served: swap.served,
    signal: swap.tools.signal,
  });
}

async function start(swap: ServiceSwap, services: readonly SwappedService[]): Promise<void> {
  const { containers, bench, served, tools, deployment } = swap;
  const added = services.flatMap((one) => one.new);
  for (const { id, isRunning } of added) if (!isRunning) await containers.start(id);
  const [frontend] = (await listProject(containers, deployment.project)).filter(
    ({ service }) => service === deployment.frontend,
  );
  const awaited = added.flatMap((one): readonly AddressedService[] => {
    const port = one.service === deployment.frontend ? FRONTEND_PORT : portOf(one.service, frontend);
    return port === undefined ? [] : [addressed(one, port)];
  });
  await waitForAnswers(bench, containers, { awaited, served, signal: tools.signal });
}

function addressed(one: ProjectContainer, port: string): AddressedService {
  return { id: one.id, name: one.name, url: `http://${one.name}:${port}`, isSocket: runsSocket(one) };
}

/** As the frontend reaches a service: `BACKEND=backend:8000`. */
function portOf(service: string, frontend: ProjectContainer | undefined): string | undefined {
  for (const variable of frontend?.environment ?? []) {
    const [host, port] = variable.slice(variable.indexOf('=') + 1).split(':');
    if (host === service && port !== undefined && /^\d+$/.test(port)) return port;
  }
  return undefined;
}

function groups({ deployment }: ServiceSwap, services: readonly SwappedService[]) {
  const workers = services.filter(({ service }) => deployment.workers.includes(service));
  const frontends = services.filter(({ service }) => service === deployment.frontend);
  const behind = services.filter((one) => !workers.includes(one) && !frontends.includes(one));
  return { workers, frontends, behind };
}

function web(swap: ServiceSwap, services: readonly SwappedService[]): readonly SwappedService[] {
  const { frontends, behind } = groups(swap, services);
  return [...behind, ...frontends];
}

function runsSocket({ command }: ProjectContainer): boolean {
  return /socketio/.test(command.join(' '));
}
