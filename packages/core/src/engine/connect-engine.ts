import { engineBuildKit } from './buildkit/buildkit.ts';
import { buildCache } from './cache/build-cache.ts';
import type { ConnectOptions } from './connect-options.ts';
import { containers } from './containers/containers.ts';
import { describeEngine } from './describe-engine.ts';
import { readDiskUsage } from './disk-usage.ts';
import type { Engine } from './engine.ts';
import { findEndpoint, findOtherSockets } from './find-endpoint.ts';
import { greetEngine } from './greet-engine.ts';
import { images } from './images/images.ts';
import { openTransport } from './open-transport.ts';
import { registries } from './registries/registries.ts';

/**
 * Connects to the engine that Docker's own client would use, and agrees with it on an API version.
 * @throws DeBuildError `engine-unreachable`, `engine-not-running`, `engine-permission-denied`, `engine-not-docker`,
 * `engine-is-podman`, `engine-silent`, `engine-too-old`, `engine-api-mismatch`, `engine-tls-failed`, `engine-ssh-failed`,
 * `engine-failed`, `engine-without-buildkit`, `engine-host-invalid`, `engine-context-missing`, `engine-settings-unreadable`
 */
export async function connectEngine(options: ConnectOptions): Promise<Engine> {
  const { environment } = options;
  const endpoint = await findEndpoint(options);
  const transport = await openTransport(endpoint, {
    environment,
    otherSockets: findOtherSockets(environment),
    answerWithinMs: options.answerWithinMs ?? 10_000,
  });
  try {
    await greetEngine(transport, options);
    const store = images(transport);
    return {
      endpoint: endpoint.url,
      images: store,
      registries: registries(transport, store),
      cache: buildCache(transport),
      containers: containers(transport),
      diskUsage: (withinMs) => readDiskUsage(transport, withinMs),
      about: () => describeEngine(transport, endpoint, { environment }),
      async platforms() {
        const { listPlatforms } = await import('./buildkit/platforms.ts');
        return [await listPlatforms(engineBuildKit(transport))];
      },
      async build(request) {
        const { buildWithBuildKit } = await import('./buildkit/build-with-buildkit.ts');
        return buildWithBuildKit(engineBuildKit(transport), store, request);
      },
      async writeCache(request) {
        const { writeCache } = await import('./buildkit/write-cache.ts');
        return writeCache(engineBuildKit(transport), request);
      },
      async close() {
        transport.close();
      },
    };
  } catch (error) {
    transport.close();
    throw error;
  }
}
