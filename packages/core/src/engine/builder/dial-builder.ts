import { once } from 'node:events';
import { connect as connectSocket, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { builderTlsFailed, builderUnreachable } from '../../errors/builder-failures.ts';
import { type DeBuildError, isDeBuildError } from '../../errors/de-build-error.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { codeOf, explainTls, messageOf } from '../explain-tls.ts';
import type { BuilderAddress, BuilderTls } from './builder-address.ts';
import { dialContainer } from './dial-container.ts';
import type { DialOptions } from './dial-options.ts';
import { dialPod } from './dial-pod.ts';

const CONNECT_WITHIN_MS = 10_000;

export interface BuilderConnection {
  readonly socket: Duplex;
  /** What a connection that breaks at once means: with TLS 1.3 a server refuses a certificate only after the handshake. */
  readonly explain: (error: unknown) => DeBuildError;
}

/**
 * Connects to a builder's `buildkitd`.
 * @throws DeBuildError `builder-unreachable`, `builder-not-running`, `builder-tls-failed`, `engine-*`, `program-*`
 */
export async function dialBuilder(address: BuilderAddress, options: DialOptions): Promise<BuilderConnection> {
  const { name } = options;
  const isTls = address.kind === 'tcp' && address.tls !== undefined;
  const explain = (error: unknown) => (isDeBuildError(error) ? error : explainSocket(error, { name, isTls }));
  if (address.kind === 'container') return { socket: await dialContainer(address, options), explain };
  if (address.kind === 'pod') return { socket: await dialPod(address, options), explain };
  return { socket: await dialSocket(address, options, explain), explain };
}

type SocketAddress = Extract<BuilderAddress, { kind: 'socket' | 'tcp' }>;

async function dialSocket(
  address: SocketAddress,
  { name, signal }: DialOptions,
  explain: BuilderConnection['explain'],
): Promise<Duplex> {
  const tls = address.kind === 'tcp' ? address.tls : undefined;
  let socket: Socket;
  try {
    socket = tls === undefined ? connectSocket(placeOf(address)) : openTls(address, tls);
  } catch (error) {
    // A file that holds no certificate or key.
    throw explain(error);
  }
  const limit = AbortSignal.timeout(CONNECT_WITHIN_MS);
  const either = AbortSignal.any([limit, ...(signal === undefined ? [] : [signal])]);
  try {
    await once(socket, tls === undefined ? 'connect' : 'secureConnect', { signal: either });
    // Frames within frames are small, and each would wait for the answer to the one before.
    socket.setNoDelay(true);
    return socket;
  } catch (error) {
    socket.destroy();
    signal?.throwIfAborted();
    throw limit.aborted
      ? builderUnreachable(name, `It did not answer within ${CONNECT_WITHIN_MS / 1000} s.`)
      : explain(error);
  }
}

function placeOf(address: SocketAddress) {
  return address.kind === 'socket' ? { path: address.path } : { host: address.host, port: address.port };
}

function openTls(address: SocketAddress, { serverName, ...certificates }: BuilderTls) {
  const host = address.kind === 'tcp' ? address.host : '';
  const servername = serverName ?? (isIP(host) === 0 ? host : undefined);
  return connectTls({
    ...placeOf(address),
    ...certificates,
    ...omitUndefined({ servername }),
    // gRPC servers refuse a client that does not offer it.
    ALPNProtocols: ['h2'],
  });
}

const TLS_FILES = {
  of: 'builder',
  certificates: 'the files that `builder` of de-build.json, or the driver options of the builder, name',
  withoutTls: 'Leave out the TLS files of the builder, or use the port that speaks TLS.',
} as const;

function explainSocket(
  error: unknown,
  { name, isTls }: { readonly name: string; readonly isTls: boolean },
): DeBuildError {
  const code = codeOf(error);
  const why = REASONS[code] ?? (isTls ? undefined : NOT_GRPC[code]);
  if (why !== undefined) return builderUnreachable(name, why, { cause: error });
  const tls = isTls ? explainTls(error, TLS_FILES) : undefined;
  if (tls !== undefined) return builderTlsFailed(name, tls.why, tls.fix, error);
  return builderUnreachable(name, `The connection failed (${code || messageOf(error)}).`, { cause: error });
}

/** What ends a first call. Over TLS it is the certificate. */
const NOT_GRPC: Readonly<Record<string, string>> = {
  ECONNRESET: 'It closed the connection without an answer; it may expect TLS.',
  ERR_HTTP2_ERROR: 'What listens there is no buildkitd: it does not answer in HTTP/2.',
};

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such socket.',
  EACCES: 'This user may not use the socket.',
  ECONNREFUSED: 'The connection was refused: nothing listens there.',
  ENOTFOUND: 'The name of the host is not known.',
  EAI_AGAIN: 'The name of the host could not be looked up.',
  EHOSTUNREACH: 'There is no route to the host.',
  ENETUNREACH: 'There is no route to the network of the host.',
  ETIMEDOUT: 'The host did not answer in time.',
};
