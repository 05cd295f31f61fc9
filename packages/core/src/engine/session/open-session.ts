import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import { engineWithoutBuildKit } from '../../errors/engine-setup-failures.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import type { EngineTransport } from '../transport.ts';
import { type GrpcMethods, serveGrpc } from './grpc-server.ts';

export interface Session {
  /** For the build's `session` parameter. */
  readonly id: string;
  /** The first error on our side. */
  failure(): unknown;
  /** Bytes sent to the engine. */
  wireBytes(): number;
  close(): void;
}

export interface SessionOptions {
  readonly transport: Pick<EngineTransport, 'endpoint' | 'hijack'>;
  /** What the session is for; the engine looks up what an earlier session of the same key sent. */
  readonly key: string;
  readonly methods: GrpcMethods;
  readonly signal?: AbortSignal | undefined;
}

/** The engine asks every second, and drops the session on any other answer. */
const HEALTH: GrpcMethods = { '/grpc.health.v1.Health/Check': { answer: () => Buffer.from([0x08, 0x01]) } };

/**
 * Opens a BuildKit session: a connection to the engine on which the engine makes the calls.
 * Close it in every case, or the engine keeps its end open.
 * @throws DeBuildError `engine-without-buildkit`, `engine-*`
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { transport, signal } = options;
  const id = randomBytes(16).toString('hex');
  const methods = { ...HEALTH, ...options.methods };
  const opening = transport.hijack({
    path: '/session',
    upgrade: 'h2c',
    headers: {
      'X-Docker-Expose-Session-Uuid': id,
      'X-Docker-Expose-Session-Name': 'de-build',
      'X-Docker-Expose-Session-Sharedkey': options.key,
      'X-Docker-Expose-Session-Grpc-Method': Object.keys(methods),
    },
    ...omitUndefined({ signal }),
  });
  const socket = await opening.catch((error: unknown) => {
    const isUnknown = isDeBuildError(error) && error.code === 'engine-object-missing';
    throw isUnknown ? engineWithoutBuildKit(transport.endpoint, 'no-session') : error;
  });
  let failure: unknown;
  const server = serveGrpc(socket, methods, (error) => {
    failure ??= error;
  });
  return {
    id,
    failure: () => failure,
    wireBytes: () => (socket as Duplex & { bytesWritten?: number }).bytesWritten ?? 0,
    close: () => server.close(),
  };
}
