import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type Duplex, Readable } from 'node:stream';
import { inspect } from 'node:util';
import type Docker from 'dockerode';
import { omitUndefined } from '../omit-undefined.ts';
import type { Endpoint } from './endpoint.ts';
import { SshAgent } from './ssh-agent.ts';
import type { EngineHeaders, EngineQuery, EngineRequest } from './transport.ts';

export type Modem = Docker.Modem;

/** Loads dockerode, of which only the transport is used; nothing is sent yet. */
export async function makeModem(
  endpoint: Endpoint,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Modem> {
  const { default: Dockerode } = await import('dockerode');
  const { host, port, tls } = endpoint.kind === 'tcp' ? endpoint : {};
  return new Dockerode({
    socketPath: endpoint.kind === 'socket' ? endpoint.path : undefined,
    host,
    port,
    protocol: tls === undefined ? 'http' : 'https',
    pathPrefix: '/',
    username: undefined,
    password: undefined,
    ca: tls?.ca,
    cert: tls?.cert,
    key: tls?.key,
    timeout: undefined,
    checkServerIdentity: undefined,
    version: undefined,
    headers: {},
    // Modem formats its options for a log at every request, whether it is on or not.
    agent: Object.assign(makeAgent(endpoint, environment), { [inspect.custom]: () => 'Agent' }),
  }).modem;
}

/** One connection a request, as a kept one may be dead by the next; but ssh takes too long for that. */
function makeAgent(endpoint: Endpoint, environment: Readonly<Record<string, string | undefined>>): HttpAgent {
  if (endpoint.kind === 'ssh') return new SshAgent(endpoint, environment);
  if (endpoint.kind === 'socket' || endpoint.tls === undefined) return new HttpAgent({ keepAlive: false });
  const { verify, ...certificates } = endpoint.tls;
  return new HttpsAgent({ keepAlive: false, ...certificates, rejectUnauthorized: verify });
}

export interface Call extends Pick<EngineRequest, 'method' | 'path' | 'query' | 'headers' | 'body'> {
  readonly signal: AbortSignal;
  /** The protocol to upgrade to. */
  readonly upgrade?: string;
}

/** Resolves with the head of any answer; with the raw socket where the connection was upgraded. */
export function dialModem(
  modem: Modem,
  { method, path, query = {}, headers = {}, body, signal, upgrade }: Call,
): Promise<IncomingMessage | Duplex> {
  const _query = dockerQuery(query);
  const { type, file } = fileOf(method, body);
  return new Promise((resolve, reject) => {
    modem.dial(
      {
        method,
        // Modem joins the query to a path that ends so.
        path: Object.keys(_query).length > 0 ? `${path}?` : path,
        options: { _query },
        headers: {
          ...omitUndefined({ 'Content-Type': type, Upgrade: upgrade }),
          ...copyHeaders(headers),
        },
        ...omitUndefined({ file }),
        hijack: upgrade !== undefined,
        isStream: true,
        abortSignal: signal,
        statusCodes: EVERY_STATUS,
      },
      (error, answer) => (error ? reject(error) : resolve(answer)),
    );
  });
}

/** For a status that is not listed, modem makes its own error, without the body. */
const EVERY_STATUS = new Proxy<Record<number, true>>({}, { get: () => true });

function dockerQuery(query: EngineQuery): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(query)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, typeof value === 'boolean' ? Number(value) : value]),
  );
}

function fileOf(
  method: string,
  body: EngineRequest['body'],
): { readonly type?: string; readonly file?: Buffer | Readable } {
  if (body instanceof Readable) return { type: 'application/x-tar', file: body };
  if (Buffer.isBuffer(body)) return { type: 'text/plain', file: body };
  if (body !== undefined) return { type: 'application/json', file: Buffer.from(JSON.stringify(body)) };
  // Without a body modem would post the query as JSON.
  return method === 'POST' ? { type: 'text/plain', file: Buffer.alloc(0) } : {};
}

/** Modem adds its own headers to those that it is given. */
function copyHeaders(headers: EngineHeaders): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}
