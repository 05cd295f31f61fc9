import type { Duplex, Readable } from 'node:stream';

/**
 * Requests to an engine. `open-transport.ts` makes the real one, over dockerode's modem.
 * Paths carry no API version: the transport puts the negotiated one in front.
 */
export interface EngineTransport {
  /** For messages: `unix:///var/run/docker.sock`. */
  readonly endpoint: string;
  /** Negotiated with the engine: `1.41`. */
  readonly apiVersion: string;
  /**
   * Resolves with the head of the answer, whatever its status; the caller must read the body completely, or destroy it.
   * @throws DeBuildError `engine-*` when the engine cannot be reached or does not answer in time; the signal's
   * reason when the signal aborts. After that an abort makes the body fail with an `AbortError` or `ECONNRESET`.
   */
  request(request: EngineRequest): Promise<EngineResponse>;
  /**
   * The answer to a small request, whatever its status; only the start of one that is longer than `limit` bytes.
   * @throws as `request`
   */
  text(request: EngineRequest & { readonly limit?: number }): Promise<TextResponse>;
  /** A small request whose answer does not matter. @throws as `json` */
  send(request: EngineRequest): Promise<void>;
  /**
   * The parsed answer to a small request.
   * @throws as `request`, and DeBuildError `engine-refused` / `engine-failed` for a status of 400 and more.
   */
  json(request: EngineRequest): Promise<unknown>;
  /**
   * Upgrades a connection: sends a POST with `Connection: Upgrade`, waits for 101 and returns the raw socket, including
   * bytes that came with the answer.
   * @throws as `json`, where a status other than 101 counts as refused.
   */
  hijack(request: HijackRequest): Promise<Duplex>;
  /** Resolves when the engine answers. @throws as `json` */
  ping(): Promise<void>;
}

export interface EngineRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Begins with `/`, without a query: `/build/prune`. */
  readonly path: string;
  /** `undefined` omits a key, an array repeats it, a boolean becomes `1` or `0`. */
  readonly query?: EngineQuery;
  /** A buffer is sent with its length, a stream in chunks, an object as JSON. */
  readonly body?: Buffer | Readable | Readonly<Record<string, unknown>>;
  readonly headers?: EngineHeaders;
  readonly signal?: AbortSignal;
  /** How long the head of the answer may take, in milliseconds; `Infinity` for a build. Default 10 s. */
  readonly answerWithinMs?: number;
}

export interface HijackRequest {
  readonly path: string;
  readonly query?: EngineQuery;
  /** The protocol to upgrade to: `h2c`. */
  readonly upgrade: string;
  readonly headers: EngineHeaders;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

export type EngineQuery = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** An array is sent as one line per value. */
export type EngineHeaders = Readonly<Record<string, string | readonly string[]>>;

interface ResponseHead {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface EngineResponse extends ResponseHead {
  readonly body: Readable;
}

export interface TextResponse extends ResponseHead {
  readonly text: string;
}
