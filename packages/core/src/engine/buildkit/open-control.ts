import { isDeBuildError } from '../../errors/de-build-error.ts';
import { engineWithoutBuildKit } from '../../errors/engine-setup-failures.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { createGrpcClient, type GrpcClient } from '../session/grpc-client.ts';
import type { EngineTransport } from '../transport.ts';

/**
 * Connects to BuildKit's own API, which the engine offers at `/grpc`. Close the client in every case.
 * @throws DeBuildError `engine-without-buildkit`, `engine-*`
 */
export async function openControl(
  transport: Pick<EngineTransport, 'endpoint' | 'hijack'>,
  signal?: AbortSignal,
): Promise<GrpcClient> {
  const opening = transport.hijack({
    path: '/grpc',
    upgrade: 'h2c',
    headers: {},
    ...omitUndefined({ signal }),
  });
  const socket = await opening.catch((error: unknown) => {
    const isUnknown = isDeBuildError(error) && error.code === 'engine-object-missing';
    throw isUnknown ? engineWithoutBuildKit(transport.endpoint, 'no-grpc') : error;
  });
  return createGrpcClient(socket);
}
