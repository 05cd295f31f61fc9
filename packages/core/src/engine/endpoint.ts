/** Where an engine listens and how to get there. */
export type Endpoint = SocketEndpoint | TcpEndpoint | SshEndpoint;

export interface SocketEndpoint {
  readonly kind: 'socket';
  /** As written by people: `unix:///var/run/docker.sock`. */
  readonly url: string;
  readonly path: string;
}

export interface TcpEndpoint {
  readonly kind: 'tcp';
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Path prefix of a proxy in front of the engine; empty or `/prefix`. */
  readonly pathPrefix: string;
  readonly tls: TlsFiles | undefined;
}

export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Whether the engine must prove who it is. */
  readonly verify: boolean;
}

export interface SshEndpoint {
  readonly kind: 'ssh';
  readonly url: string;
  readonly host: string;
  readonly user: string | undefined;
  readonly port: number | undefined;
  /** Path of the socket on that host, when it is not the usual one. */
  readonly socket: string | undefined;
}

/** Parses a value of DOCKER_HOST; `undefined` when it is no address of an engine. */
export function parseHost(host: string, tls: TlsFiles | undefined): Endpoint | undefined {
  const written = /^([a-z]+):\/\/(.*)$/i.exec(host);
  const [scheme, rest] = written === null ? ['tcp', host] : [written[1]?.toLowerCase(), written[2] ?? ''];
  if (scheme === 'unix') {
    const path = rest === '' ? '/var/run/docker.sock' : rest;
    return path.startsWith('/') ? { kind: 'socket', url: `unix://${path}`, path } : undefined;
  }
  if (scheme === 'ssh') return parseSsh(rest);
  if (scheme === 'tcp' || scheme === 'http' || scheme === 'https') {
    return parseTcp(rest, scheme === 'https' ? (tls ?? { verify: true }) : tls);
  }
  return undefined;
}

function parseTcp(rest: string, tls: TlsFiles | undefined): TcpEndpoint | undefined {
  const parsed = parseUrl(`x://${rest}`);
  if (parsed === undefined || parsed.hostname === '' || parsed.search !== '' || parsed.username !== '')
    return;
  const port = parsed.port === '' ? (tls === undefined ? 2375 : 2376) : Number(parsed.port);
  return {
    kind: 'tcp',
    url: `tcp://${parsed.hostname}:${port}`,
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    pathPrefix: parsed.pathname.replace(/\/+$/, ''),
    tls,
  };
}

function parseSsh(rest: string): SshEndpoint | undefined {
  const parsed = parseUrl(`x://${rest}`);
  if (parsed === undefined || parsed.password !== '' || parsed.search !== '') return;
  // A host or user that begins with a dash would be read as an option by ssh.
  if (!/^[\w[][\w.:[\]-]*$/.test(parsed.hostname) || !/^(\w[\w.@\\-]*)?$/.test(parsed.username)) return;
  const user = parsed.username === '' ? undefined : parsed.username;
  const port = parsed.port === '' ? undefined : Number(parsed.port);
  const socket = /^\/?$/.test(parsed.pathname) ? undefined : parsed.pathname;
  if (socket !== undefined && !/^[\w./-]+$/.test(socket)) return;
  const url = `ssh://${user === undefined ? '' : `${user}@`}${parsed.host}${socket ?? ''}`;
  return { kind: 'ssh', url, host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'), user, port, socket };
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
