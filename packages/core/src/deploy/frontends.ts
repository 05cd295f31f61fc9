import type { ProjectContainer } from '../compose/running-project.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { type Bench, openBench } from '../frappe/bench/bench.ts';
import { type ServiceSwap, type SwappedService, stop } from './service-swap.ts';

export function runningOf(services: readonly SwappedService[]): readonly ProjectContainer[] {
  return services.flatMap((one) => [...one.old, ...one.new]).filter(({ isRunning }) => isRunning);
}

/** Of the new containers, in the networks of the frontends. */
export function addressesOf(
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

/**
 * Gives each frontend the bundles of the other: a page of one may be followed by a request to the other, and a page that was
 * loaded before the deployment goes on.
 */
export async function shareBundles(
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

export async function reloadFrontends(
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

/** nginx ends what it began; the shell that started it ignores SIGTERM. */
export async function quit(swap: ServiceSwap, one: ProjectContainer, seconds: number): Promise<void> {
  const stopped = stop(swap, one, seconds);
  await swap.containers.exec(one.id, ['nginx', '-s', 'quit']).catch(() => undefined);
  await stopped;
}
