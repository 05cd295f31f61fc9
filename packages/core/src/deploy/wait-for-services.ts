import { setTimeout as sleep } from 'node:timers/promises';
import type { Containers } from '../engine/engine.ts';
import { servicesNotReady } from '../errors/service-failures.ts';

export interface AwaitedServices {
  readonly project: string;
  /** How many containers each has. */
  readonly services: Readonly<Record<string, number>>;
  readonly imageId: string;
  readonly signal: AbortSignal;
}

const LOOK_MS = 500;
const WITHIN_SECONDS = 180;
/** A container that ends at once would be seen running before. */
const STEADY_LOOKS = 4;

/**
 * Waits until every container of the services runs the image, is healthy where it says so, and stays up. Compose's own answer
 * says nothing of a container that ends after it was started.
 * @throws DeBuildError `services-not-ready`
 */
export async function waitForServices(containers: Containers, awaited: AwaitedServices): Promise<void> {
  const { project, services, imageId, signal } = awaited;
  const label = 'com.docker.compose';
  let steady = 0;
  let waiting: readonly string[] = [];
  let restarts = '';
  for (const end = performance.now() + WITHIN_SECONDS * 1000; performance.now() < end; ) {
    signal.throwIfAborted();
    const all = await containers.list({ [`${label}.project`]: project, [`${label}.oneoff`]: 'False' });
    waiting = Object.entries(services).flatMap(([service, count]) => {
      const ready = all.filter(
        (one) =>
          one.labels[`${label}.service`] === service &&
          one.imageId === imageId &&
          one.status === 'running' &&
          (one.health ?? 'healthy') === 'healthy',
      );
      return ready.length >= count ? [] : [`${service} (${ready.length} of ${count})`];
    });
    const now = all.map((one) => `${one.id} ${one.startedAt}`).join();
    steady = waiting.length === 0 && now === restarts ? steady + 1 : 0;
    if (steady >= STEADY_LOOKS) return;
    restarts = now;
    await sleep(LOOK_MS);
  }
  throw servicesNotReady(waiting.length > 0 ? waiting : Object.keys(services), WITHIN_SECONDS);
}
