import type { Duplex } from 'node:stream';
import type { DeBuildError } from '../../errors/de-build-error.ts';
import { engineIdle, engineLost } from '../../errors/engine-failures.ts';
import type { GrpcClient } from '../session/grpc-client.ts';
import { hijackSession } from '../session/open-session.ts';
import type { EngineHeaders, EngineTransport } from '../transport.ts';
import { openControl } from './open-control.ts';

/** A BuildKit, and how it is reached. */
export interface BuildKit {
  /**
   * Where the image of a build goes: `moby` into the images of the engine, `docker` comes over the session, `image` to the
   * registry of its name, without a tag.
   */
  readonly exporter: 'moby' | 'docker' | 'image';
  /** Resolves when it answers. */
  ping(): Promise<void>;
  /** A connection to its own API. Close the client in every case. @throws DeBuildError */
  openControl(signal?: AbortSignal): Promise<GrpcClient>;
  /** A connection on which it makes the calls. @throws DeBuildError */
  openSession(client: GrpcClient, headers: EngineHeaders, signal?: AbortSignal): Promise<Duplex>;
  /** The connection broke. */
  lost(during: string, cause?: unknown): DeBuildError;
  /** It sends nothing, and answers no ping. */
  idle(during: string, seconds: number): DeBuildError;
}

/** The BuildKit of an engine. */
export function engineBuildKit(transport: Pick<EngineTransport, 'endpoint' | 'hijack' | 'ping'>): BuildKit {
  const { endpoint } = transport;
  return {
    exporter: 'moby',
    ping: () => transport.ping(),
    openControl: (signal) => openControl(transport, signal),
    openSession: (_client, headers, signal) => hijackSession(transport, headers, signal),
    lost: (during, cause) => engineLost(endpoint, during, cause),
    idle: (during, seconds) => engineIdle(endpoint, during, seconds),
  };
}
