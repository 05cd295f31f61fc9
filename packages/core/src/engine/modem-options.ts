import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type Docker from 'dockerode';
import type { Endpoint, TlsFiles } from './endpoint.ts';
import { SshAgent } from './ssh-agent.ts';

/** One connection a request: a kept one may be dead by the time of the next. Only ssh takes too long for that. */
export function makeAgent(
  endpoint: Endpoint,
  environment: Readonly<Record<string, string | undefined>>,
): HttpAgent {
  if (endpoint.kind === 'ssh') return new SshAgent(endpoint, environment);
  if (endpoint.kind === 'socket') return new HttpAgent({ keepAlive: false });
  const { tls } = endpoint;
  return tls === undefined
    ? new HttpAgent({ keepAlive: false })
    : new HttpsAgent({ keepAlive: false, ...certificates(tls), rejectUnauthorized: tls.verify });
}

function certificates(tls: TlsFiles): { ca?: string; cert?: string; key?: string } {
  const { verify: _, ...files } = tls;
  return files;
}

export function modemOptions(endpoint: Endpoint, agent: HttpAgent): Docker.ModemOptions {
  const tcp = endpoint.kind === 'tcp' ? endpoint : undefined;
  return {
    socketPath: endpoint.kind === 'socket' ? endpoint.path : undefined,
    host: tcp?.host,
    port: tcp?.port,
    protocol: tcp?.tls === undefined ? 'http' : 'https',
    pathPrefix: '/',
    username: undefined,
    password: undefined,
    ca: tcp?.tls?.ca,
    cert: tcp?.tls?.cert,
    key: tcp?.tls?.key,
    timeout: undefined,
    checkServerIdentity: undefined,
    version: tcp?.pathPrefix.slice(1) || undefined,
    headers: {},
    agent,
  };
}
