import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import { engineWithoutBuildKit } from '../../errors/engine-setup-failures.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import type { EngineHeaders, EngineTransport } from '../transport.ts';
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
  /** Makes the connection, with these headers. */
  readonly open: (headers: EngineHeaders) => Promise<Duplex>;
  /** What the session is for; the engine looks up what an earlier session of the same key sent. */
  readonly key: string;
  readonly methods: GrpcMethods;
}

/** The engine asks every second, and drops the session on any other answer. */
const HEALTH: GrpcMethods = { '/grpc.health.v1.Health/Check': { answer: () => Buffer.from([0x08, 0x01]) } };

/**
 * Opens a BuildKit session: a connection on which BuildKit makes the calls.
 * Close it in every case, or BuildKit keeps its end open.
 * @throws what `open` throws
 */
export async function openSession({ open, key, ...options }: SessionOptions): Promise<Session> {
  const id = randomBytes(16).toString('hex');
  const methods = { ...HEALTH, ...options.methods };
  const socket = await open({
    'X-Docker-Expose-Session-Uuid': id,
    'X-Docker-Expose-Session-Name': 'de-build',
    'X-Docker-Expose-Session-Sharedkey': key,
    'X-Docker-Expose-Session-Grpc-Method': Object.keys(methods),
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

/** The connection of a session with an engine. @throws DeBuildError `engine-without-buildkit`, `engine-*` */
export async function hijackSession(
  transport: Pick<EngineTransport, 'endpoint' | 'hijack'>,
  headers: EngineHeaders,
  signal?: AbortSignal,
): Promise<Duplex> {
  try {
    const request = { path: '/session', upgrade: 'h2c', headers };
    return await transport.hijack({ ...request, ...omitUndefined({ signal }) });
  } catch (error) {
    const isUnknown = isDeBuildError(error) && error.code === 'engine-object-missing';
    throw isUnknown ? engineWithoutBuildKit(transport.endpoint, 'no-session') : error;
  }
}
