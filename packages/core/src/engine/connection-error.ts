import type { DeBuildError } from '../errors/de-build-error.ts';
import {
  engineFailed,
  engineLost,
  engineNotDocker,
  engineNotRunning,
  engineObjectMissing,
  enginePermissionDenied,
  engineRefused,
  engineSshFailed,
  engineTlsFailed,
  engineUnreachable,
} from '../errors/engine-failures.ts';
import { cutAtWord } from '../secrets/cut-at-word.ts';
import type { Endpoint } from './endpoint.ts';
import { codeOf, explainTls, messageOf } from './explain-tls.ts';

export interface FailedRequest {
  readonly endpoint: Endpoint;
  /** For messages: `POST /build`. */
  readonly asked: string;
  /** Whether this engine has answered before. */
  readonly wasAlive: boolean;
  /** Other sockets that could be the engine. */
  readonly otherSockets: readonly string[];
}

/** Turns what Node, OpenSSL and ssh report about a connection into an error that a person can act on. */
export function explainConnectionError(error: unknown, request: FailedRequest): DeBuildError {
  const { endpoint, asked, wasAlive } = request;
  const { url } = endpoint;
  const code = codeOf(error);
  if (error instanceof SshError) return engineSshFailed(url, error.output, error);
  if (wasAlive && LOST.has(code)) return engineLost(url, asked, error);
  if (code === 'EACCES' || code === 'EPERM') return enginePermissionDenied(url, error);
  if (code === 'ECONNREFUSED') return engineNotRunning(url, error);
  const unreachable = UNREACHABLE[code];
  if (unreachable !== undefined) return engineUnreachable(url, unreachable, request.otherSockets, error);
  if (endpoint.kind === 'tcp' && endpoint.tls !== undefined) {
    const tls = explainTlsError(error, url);
    if (tls !== undefined) return tls;
  }
  if (code.startsWith('HPE_')) {
    return engineNotDocker(url, 'Its answer is not HTTP; it may be a TLS port or another program.', error);
  }
  if (LOST.has(code)) {
    return engineNotDocker(url, 'It closed the connection without an answer.', error);
  }
  return engineUnreachable(url, `The connection failed (${code || messageOf(error)}).`, [], error);
}

/** A status of 400 and more. */
export function explainStatus(status: number, body: string, asked: string): DeBuildError {
  const reason = reasonOf(body);
  if (status === 404) return engineObjectMissing(asked, reason);
  return status >= 500 ? engineFailed(asked, status, reason) : engineRefused(asked, status, reason);
}

/** ssh ended without an answer. */
export class SshError extends Error {
  readonly output: string;

  constructor(message: string, output: string) {
    super(message);
    this.name = 'SshError';
    this.output = output;
  }
}

const LOST = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_SOCKET_CLOSED',
]);

const UNREACHABLE: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such socket: Docker is not installed, not started, or listens elsewhere.',
  ENOTDIR: 'There is no such socket: a part of its path is not a folder.',
  ENOTSOCK: 'What is there is not a socket.',
  ENOTFOUND: 'The name of the host is not known.',
  EAI_AGAIN: 'The name of the host could not be looked up.',
  EHOSTUNREACH: 'There is no route to the host.',
  ENETUNREACH: 'There is no route to the network of the host.',
  ETIMEDOUT: 'The host did not answer in time.',
};

const ENGINE_TLS = {
  of: 'engine',
  certificates: 'the folder that DOCKER_CERT_PATH (or the Docker context) names',
  withoutTls: 'Unset DOCKER_TLS_VERIFY, or use the port that speaks TLS, usually 2376.',
} as const;

function explainTlsError(error: unknown, url: string): DeBuildError | undefined {
  const explained = explainTls(error, ENGINE_TLS);
  return explained && engineTlsFailed(url, explained.why, explained.fix, error);
}

/** The engine's own sentence in an answer of 400 and more. */
export function reasonOf(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null) {
      const { message } = parsed as { message?: unknown };
      if (typeof message === 'string') return message.trim();
    }
  } catch {
    // Not JSON: older engines and proxies answer in plain text.
  }
  return cutAtWord(body.trim(), 500);
}
