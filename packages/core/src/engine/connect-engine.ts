import { build } from './build.ts';
import { buildCache } from './cache/build-cache.ts';
import type { ConnectOptions } from './connect-options.ts';
import { describeEngine } from './describe-engine.ts';
import { openDockerode } from './dockerode-client.ts';
import type { Engine } from './engine.ts';
import { findEndpoint, findOtherSockets } from './find-endpoint.ts';
import { greetEngine } from './greet-engine.ts';
import { images } from './images/images.ts';
import { registries } from './registries/registries.ts';

/**
 * Connects to the engine that Docker's own client would use, and agrees with it on an API version.
 * @throws DeBuildError `engine-unreachable`, `engine-not-running`, `engine-permission-denied`, `engine-not-docker`,
 * `engine-silent`, `engine-too-old`, `engine-api-mismatch`, `engine-tls-failed`, `engine-ssh-failed`,
 * `engine-failed`, `engine-without-buildkit`, `engine-host-invalid`, `engine-context-missing`, `engine-settings-unreadable`
 */
export async function connectEngine(options: ConnectOptions): Promise<Engine> {
  const { environment } = options;
  const endpoint = await findEndpoint(options);
  const client = await openDockerode(endpoint, {
    environment,
    otherSockets: findOtherSockets(environment),
    answerWithinMs: options.answerWithinMs ?? 10_000,
  });
  try {
    const product = await greetEngine(client, options);
    const store = images(client);
    return {
      images: store,
      registries: registries(client.transport, store),
      cache: buildCache(client.transport, product),
      about: () => describeEngine(client, endpoint, { product, environment }),
      build: (request) => build(client.transport, store, request),
      async close() {
        client.close();
      },
    };
  } catch (error) {
    client.close();
    throw error;
  }
}
