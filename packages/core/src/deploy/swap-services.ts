import { setTimeout as sleep } from 'node:timers/promises';
import type { Compose, ResolvedProject, Scale } from '../compose/compose.ts';
import type { Replacement } from '../compose/replacement.ts';
import { listProject, type ProjectContainer } from '../compose/running-project.ts';
import type { Containers } from '../engine/engine.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import type { Tools } from '../flow/tools.ts';
import { type Bench, openBench } from '../frappe/bench/bench.ts';
import type { Deployment } from './deployment.ts';
import { type AddressedService, waitForAnswers } from './wait-for-answers.ts';

/** What replaces the services of a deployment. It looks at what there is, so that it can be begun again. */
export interface ServiceSwap {
  readonly deployment: Deployment;
  readonly compose: Compose;
  readonly resolved: ResolvedProject;
  readonly containers: Containers;
  /** Of the image that is deployed. */
  readonly bench: Bench;
  /** Sites that visitors can see meanwhile. */
  readonly served: readonly string[];
  readonly tools: Pick<Tools, 'signal' | 'emit'>;
}

/** A service, and how far its containers are replaced. */
interface SwappedService {
  readonly service: string;
  readonly replacement: Replacement;
  readonly old: readonly ProjectContainer[];
  readonly new: readonly ProjectContainer[];
  readonly missing: number;
}

const FRONTEND_PORT = '8080';
const COMPOSE_WITHIN_MS = 10 * 60_000;
/** How long requests may take to end where the next container serves already; gunicorn itself waits as long. */
const DRAIN_SECONDS = 30;
/** For what serves nobody, or must make room: most of it ignores SIGTERM as the first process of a container. */
const END_SECONDS = 1;
/** A proxy needs time to see a new frontend. Traefik collects what the engine reports for two seconds. */
const PROXY_LOOKS_WITHIN_MS = 5000;

/** Starts new containers beside those that serve, and waits until they answer. Nothing is replaced by it. */
export async function startBeside(swap: ServiceSwap): Promise<void> {
  const { deployment, compose } = swap;
  const found = (await look(swap)).filter(
    ({ service, replacement }) => replacement !== 'in-place' && !deployment.workers.includes(service),
  );
  const lacking = found.filter(({ missing }) => missing > 0);
  if (lacking.length > 0) await compose.create(scaleOf(lacking), COMPOSE_WITHIN_MS);
  const services = await look(swap);
  const beside = services.filter(
    ({ service, replacement }) =>
      replacement === 'beside' && service !== deployment.frontend && !deployment.workers.includes(service),
  );
  if (beside.some((one) => one.new.some(({ isRunning }) => !isRunning)))
    await reloadFrontends(swap, runningFrontends(services, deployment), {});
  await start(swap, beside);
}

/** Removes what `startBeside` added. */
export async function removeBeside(swap: ServiceSwap): Promise<void> {
  for (const { old, new: added } of await look(swap))
    if (old.length > 0) for (const { id } of added) await swap.containers.remove(id);
}

/** The frontend last: it looks up the addresses of the others once, when it starts or is reloaded. */
export async function swapServices(swap: ServiceSwap): Promise<void> {
  const { deployment, compose } = swap;
  await startBeside(swap);
  const services = await look(swap);
  const workers = services.filter(({ service }) => deployment.workers.includes(service));
  const frontends = services.filter(({ service }) => service === deployment.frontend);
  const behind = services.filter((one) => !workers.includes(one) && !frontends.includes(one));
  const running = runningFrontends(services, deployment);
  await shareBundles(swap, frontends);
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
  // The workers were stopped before, and what is left of them is not taken over.
  const created = [...behind.filter(({ replacement }) => replacement === 'in-place'), ...workers];
  await removeAll(swap, created);
  if (created.length > 0) await compose.up(wanted(deployment, created), COMPOSE_WITHIN_MS);
  for (const one of frontends) await swapFrontend(swap, one);
  const staying = frontends.flatMap((one) => one.new.filter(({ isRunning }) => isRunning));
  await reloadFrontends(swap, staying, {});
  for (const one of [...behind, ...frontends]) await removeOld(swap, one);
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
  await removeAll(swap, [frontend]);
  await swap.compose.up(wanted(swap.deployment, [frontend]), COMPOSE_WITHIN_MS);
  await waitForAnswers(swap.bench, swap.containers, {
    awaited: (await look(swap))
      .filter((one) => one.service === service)
      .flatMap((one) => one.new)
      .map((one) => addressed(one, FRONTEND_PORT)),
    served: swap.served,
    signal: swap.tools.signal,
  });
}

/** What the project has now. */
async function look({ deployment, resolved, containers }: ServiceSwap): Promise<readonly SwappedService[]> {
  const all = await listProject(containers, deployment.project);
  return Object.entries(deployment.services).map(([service, count]) => {
    const { configHash, replacement = 'in-place' } = resolved.services.get(service) ?? {};
    const ours = all.filter((one) => one.service === service);
    const isNew = (one: ProjectContainer) =>
      one.imageId === deployment.to.imageId && one.configHash === configHash;
    const found = { old: ours.filter((one) => !isNew(one)), new: ours.filter(isNew) };
    return { service, replacement, ...found, missing: Math.max(0, count - found.new.length) };
  });
}

function scaleOf(services: readonly SwappedService[]): Scale {
  return Object.fromEntries(
    services.map((one) => [one.service, one.old.length + one.new.length + one.missing]),
  );
}

function wanted({ services }: Deployment, of: readonly SwappedService[]): Scale {
  return Object.fromEntries(of.map(({ service }) => [service, services[service] ?? 1]));
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

function runningFrontends(
  services: readonly SwappedService[],
  { frontend }: Deployment,
): readonly ProjectContainer[] {
  return services
    .filter(({ service }) => service === frontend)
    .flatMap((one) => [...one.old, ...one.new])
    .filter(({ isRunning }) => isRunning);
}

/** Of the new containers, in the networks of the frontends. */
function addressesOf(
  services: readonly SwappedService[],
  frontends: readonly ProjectContainer[],
): Readonly<Record<string, readonly string[]>> {
  const networks = frontends.flatMap((one) => one.networks);
  return Object.fromEntries(
    services.flatMap((one) => {
      const found = one.new.flatMap(
        ({ addresses }) => Object.entries(addresses).find(([name]) => networks.includes(name))?.[1] ?? [],
      );
      return found.length === 0 ? [] : [[one.service, found]];
    }),
  );
}

/** As the frontend reaches a service: `BACKEND=backend:8000`. */
function portOf(service: string, frontend: ProjectContainer | undefined): string | undefined {
  for (const variable of frontend?.environment ?? []) {
    const [host, port] = variable.slice(variable.indexOf('=') + 1).split(':');
    if (host === service && port !== undefined && /^\d+$/.test(port)) return port;
  }
  return undefined;
}

function runsSocket({ command }: ProjectContainer): boolean {
  return /socketio/.test(command.join(' '));
}

/**
 * Gives each frontend the bundles of the other: a page of one may be followed by a request to the other, and a page that was
 * loaded before the deployment goes on.
 */
async function shareBundles(
  { containers, bench }: ServiceSwap,
  frontends: readonly SwappedService[],
): Promise<void> {
  const old = frontends.flatMap((one) => one.old.filter(({ isRunning }) => isRunning));
  const added = frontends.flatMap((one) => one.new);
  const [first] = old;
  if (first === undefined) return;
  const before = openBench(containers, first.id);
  const [theirs, ours] = await Promise.all([before.bundles(), bench.bundles()]);
  const send = async (
    from: Bench,
    files: readonly string[],
    to: readonly ProjectContainer[],
    folder: string,
  ) => {
    if (files.length === 0 || to.length === 0) return;
    const tar = await from.packBundles(files);
    await Promise.all(to.map(({ id }) => containers.upload(id, folder, tar)));
  };
  const without = (files: readonly string[], known: readonly string[]) =>
    files.filter((file) => !known.includes(file));
  await send(bench, without(ours.files, theirs.files), old, theirs.folder);
  await send(before, without(theirs.files, ours.files), added, ours.folder);
}

async function reloadFrontends(
  { containers, tools }: ServiceSwap,
  frontends: readonly ProjectContainer[],
  addresses: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  for (const { id, name } of frontends) {
    try {
      await openBench(containers, id).reloadNginx(addresses);
    } catch (error) {
      if (!isDeBuildError(error)) throw error;
      const text = `${name} could not be reloaded; requests fail until it is replaced. ${error.output ?? ''}`;
      tools.emit({ type: 'notice', level: 'warning', text: text.trim() });
    }
  }
}

function stop({ containers, served }: ServiceSwap, { id }: ProjectContainer, seconds: number): Promise<void> {
  return containers.stop(id, served.length === 0 ? END_SECONDS : seconds);
}

/** nginx ends what it began; the shell that started it ignores SIGTERM. */
async function quit(swap: ServiceSwap, one: ProjectContainer, seconds: number): Promise<void> {
  const stopped = stop(swap, one, seconds);
  await swap.containers.exec(one.id, ['nginx', '-s', 'quit']).catch(() => undefined);
  await stopped;
}

async function removeAll({ containers }: ServiceSwap, services: readonly SwappedService[]): Promise<void> {
  for (const { id } of services.flatMap(({ old }) => old)) await containers.remove(id);
}

/** The new containers get the names of the old ones, which people and scripts know. */
async function removeOld(swap: ServiceSwap, service: SwappedService): Promise<void> {
  await removeAll(swap, [service]);
  const names = service.old.map(({ name }) => name);
  for (const one of service.new) {
    const name = names.shift();
    if (name !== undefined) await swap.containers.rename(one.id, name);
  }
}
