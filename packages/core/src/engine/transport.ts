import type { Duplex, Readable } from 'node:stream';

/**
 * Requests to an engine. `open-transport.ts` makes the real one, over dockerode's modem.
 * Paths carry no API version: the transport puts the negotiated one in front.
 */
export interface EngineTransport {
  /** Where it talks to, for messages: `unix:///var/run/docker.sock`. */
  readonly endpoint: string;
  /** Negotiated with the engine: `1.41`. */
  readonly apiVersion: string;
  /**
   * Resolves as soon as the head of the answer is there, whatever its status; the body is for the caller to
   * read to its end, or to destroy.
   * @throws DeBuildError `engine-*` when the engine cannot be reached or does not answer in time; the signal's
   * reason when the signal aborts. After that an abort makes the body fail with an `AbortError` or `ECONNRESET`.
   */
  request(request: EngineRequest): Promise<EngineResponse>;
  /**
   * The whole answer of a small request, whatever its status; of a longer one than `limit` bytes, the start.
   * @throws as `request`
   */
  text(request: EngineRequest & { readonly limit?: number }): Promise<TextResponse>;
  /**
   * The parsed answer of a small request.
   * @throws as `request`, and DeBuildError `engine-refused` / `engine-failed` for a status of 400 and more.
   */
  json(request: EngineRequest): Promise<unknown>;
  /**
   * Takes a connection over: sends a POST with `Connection: Upgrade`, waits for 101 and gives the raw socket, with
   * bytes that came along with the answer put back in front.
   * @throws as `json`, where a status other than 101 counts as refused.
   */
  hijack(request: HijackRequest): Promise<Duplex>;
  /** Whether the engine is alive. @throws as `request`. */
  ping(): Promise<void>;
}

export interface EngineRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Begins with `/`, holds no query: `/build/prune`. */
  readonly path: string;
  /** `undefined` leaves a key out, an array repeats it. Numbers and booleans are written as Docker wants: `1`, `0`. */
  readonly query?: EngineQuery;
  /** A buffer goes with its length (an empty one too), a stream chunked; an object is sent as JSON. */
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
