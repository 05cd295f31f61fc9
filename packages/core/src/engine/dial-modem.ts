import type { IncomingMessage } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import type Docker from 'dockerode';
import type { EngineQuery, EngineRequest } from './transport.ts';

export interface Dialled {
  readonly path: string;
  readonly method: string;
  readonly query: EngineQuery | undefined;
  readonly headers: Record<string, string | string[]>;
  readonly file?: Buffer | Readable;
  readonly hijack?: boolean;
}

/** A request through dockerode's modem; resolves with the head of whatever answer comes. */
export function dialModem(modem: Docker.Modem, call: Dialled & { signal: AbortSignal }) {
  const query = dockerQuery(call.query ?? {});
  const hasQuery = Object.keys(query).length > 0;
  return new Promise<IncomingMessage | Duplex>((resolve, reject) => {
    modem.dial(
      {
        // Modem joins the query to a path that ends so.
        path: hasQuery ? `${call.path}?` : call.path,
        method: call.method,
        headers: call.headers,
        options: { _query: query },
        ...(call.file === undefined ? {} : { file: call.file }),
        ...(call.hijack === true ? { hijack: true } : {}),
        isStream: true,
        abortSignal: call.signal,
        statusCodes: EVERY_STATUS,
      },
      (error, answer) => (error ? reject(error) : resolve(answer)),
    );
  });
}

/** So that modem hands every answer out, and turns none into an error of its own. */
const EVERY_STATUS = Object.fromEntries(
  Array.from({ length: 500 }, (_, index) => [index + 100, true as const]),
);

function dockerQuery(query: EngineQuery): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(query)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, typeof value === 'boolean' ? Number(value) : value]),
  );
}

export function headersAndBody(wanted: EngineRequest): Pick<Dialled, 'headers' | 'file'> {
  const headers = copyHeaders(wanted.headers ?? {});
  const { body, method } = wanted;
  if (body instanceof Readable)
    return { headers: { 'Content-Type': 'application/x-tar', ...headers }, file: body };
  if (Buffer.isBuffer(body)) return { headers: { 'Content-Type': 'text/plain', ...headers }, file: body };
  if (body !== undefined) {
    return {
      headers: { 'Content-Type': 'application/json', ...headers },
      file: Buffer.from(JSON.stringify(body)),
    };
  }
  // Without a body modem would post the query as JSON.
  return method === 'POST'
    ? { headers: { 'Content-Type': 'text/plain', ...headers }, file: Buffer.alloc(0) }
    : { headers };
}

/** Modem adds its own headers to those that it is given. */
export function copyHeaders(
  headers: NonNullable<EngineRequest['headers']>,
): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}
