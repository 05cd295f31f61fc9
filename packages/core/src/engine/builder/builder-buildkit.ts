import {
  builderIdle,
  builderLost,
  builderTooOld,
  builderUnreachable,
} from '../../errors/builder-failures.ts';
import type { BuildKit } from '../buildkit/buildkit.ts';
import { CONTROL, readVersion } from '../buildkit/control.ts';
import { createGrpcClient, type GrpcClient } from '../session/grpc-client.ts';
import { GRPC, GrpcError } from '../session/grpc-status.ts';
import type { BuilderAddress } from './builder-address.ts';
import { dialBuilder } from './dial-builder.ts';
import type { DialOptions } from './dial-options.ts';

export interface Greeting {
  readonly client: GrpcClient;
  /** `v0.25.1` */
  readonly version: string;
}

/** The `buildkitd` of a builder: sessions are calls of its own API. */
export function builderBuildKit(
  address: BuilderAddress,
  options: Omit<DialOptions, 'signal'>,
): BuildKit & { greet(signal?: AbortSignal): Promise<Greeting> } {
  const { name } = options;
  const greet = (signal?: AbortSignal) => greetBuilder(address, { ...options, signal });
  const openControl = async (signal?: AbortSignal) => (await greet(signal)).client;
  return {
    exporter: 'docker',
    greet,
    openControl,
    ping: async () => (await openControl()).close(),
    openSession: async (client, headers) =>
      client.tunnel(
        CONTROL.session,
        Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value])),
      ),
    lost: (during, cause) => builderLost(name, during, cause),
    idle: (during, seconds) => builderIdle(name, during, seconds),
  };
}

const ANSWER_WITHIN_MS = 30_000;

async function greetBuilder(address: BuilderAddress, options: DialOptions): Promise<Greeting> {
  const { name, signal } = options;
  const { socket, explain } = await dialBuilder(address, options);
  const client = createGrpcClient(socket);
  const limit = AbortSignal.timeout(ANSWER_WITHIN_MS);
  try {
    const either = AbortSignal.any([limit, ...(signal === undefined ? [] : [signal])]);
    const answer = await client.call(CONTROL.info, Buffer.alloc(0), either);
    return { client, version: readVersion(answer) };
  } catch (error) {
    client.close();
    signal?.throwIfAborted();
    if (limit.aborted)
      throw builderUnreachable(name, `It did not answer within ${ANSWER_WITHIN_MS / 1000} s.`);
    if (error instanceof GrpcError && error.code === GRPC.unimplemented) throw builderTooOld(name);
    throw explain(error);
  }
}
