import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { actOut, type GitFault } from './git-fault.ts';

export interface GitServerOptions {
  /** Holds the bare repositories: `<folder>/<org>/<name>.git`. */
  readonly folder: string;
  /** Who may read private repositories. Without any, every repository is public. */
  readonly users?: readonly GitUser[];
  /** `org/name` of repositories that need no token even when there are users. */
  readonly publicRepositories?: readonly string[];
  /** Delay before every answer. */
  readonly latencyMs?: number;
  /** A free one unless given. */
  readonly port?: number;
  /** `127.0.0.1` unless given. */
  readonly host?: string;
  /** Whether a client may ask for commits without their files, as the large hosts allow. True unless given. */
  readonly filters?: boolean;
  /** Serves https, with this certificate. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface GitUser {
  /** The username for the token; any by default. */
  readonly username?: string;
  /** Accepted as the password, or, as on git hosts, as the username. */
  readonly token: string;
  /** `org/name` the token may read; elsewhere it gets 404, as GitHub answers. All unless given. */
  readonly repositories?: readonly string[];
}

export interface GitRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** The header as received. */
  readonly authorization: string | undefined;
  status: number;
}

export interface GitServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** Every request since the start, in order of arrival. */
  readonly requests: readonly GitRequest[];
  /**
   * Makes a repository (`org/name`, or `*` for all) misbehave: for the next `times` requests or until cleared,
   * after `after` requests were answered correctly.
   */
  setFault(repository: string, fault: GitFault, times?: number | { times?: number; after?: number }): void;
  clearFaults(): void;
  setLatency(latencyMs: number): void;
  close(): Promise<void>;
}

/** Serves bare repositories over real smart HTTP (`git http-backend`) with basic authentication and faults. */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const requests: GitRequest[] = [];
  const faults = new Map<string, { fault: GitFault; left: number; after: number }>();
  let latencyMs = options.latencyMs ?? 0;

  const takeFault = (repository: string): GitFault | undefined => {
    const set = faults.get(repository) ?? faults.get('*');
    if (set === undefined || set.left <= 0) return undefined;
    if (set.after > 0) {
      set.after -= 1;
      return undefined;
    }
    set.left -= 1;
    return set.fault;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const entry: GitRequest = {
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      authorization: request.headers.authorization,
      status: 0,
    };
    requests.push(entry);
    response.on('close', () => {
      entry.status = response.statusCode;
    });
    if (latencyMs > 0) await sleep(latencyMs, undefined, { ref: false });

    const wanted = parsePath(entry.path);
    const fault = takeFault(wanted?.repository ?? '*');
    if (fault !== undefined && (await actOut(fault, request, response))) return;
    if (wanted === undefined) return void response.writeHead(404).end('Not found\n');

    const access = judge(wanted.repository, entry.authorization, options);
    if (access === 'unknown') {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('Authentication required\n');
      return;
    }
    const folder = join(options.folder, `${wanted.repository}.git`);
    if (access === 'hidden' || !existsSync(folder)) {
      response.writeHead(404).end('Repository not found.\n');
      return;
    }
    await runBackend(request, response, {
      root: options.folder,
      filters: options.filters ?? true,
      ...wanted,
    });
  };

  const listener = (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  };
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const { address, port } = server.address() as AddressInfo;

  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${address.includes(':') ? `[${address}]` : address}:${port}`,
    port,
    requests,
    setFault(repository, fault, when = {}) {
      const { times, after } = typeof when === 'number' ? { times: when, after: 0 } : when;
      faults.set(repository, { fault, left: times ?? Number.POSITIVE_INFINITY, after: after ?? 0 });
    },
    clearFaults: () => faults.clear(),
    setLatency(value) {
      latencyMs = value;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface WantedPath {
  /** `org/name` without `.git`. */
  readonly repository: string;
  /** `info/refs`, `git-upload-pack`, … */
  readonly service: string;
  readonly query: string;
}

function parsePath(path: string): WantedPath | undefined {
  const [pathname = '', query = ''] = path.split('?', 2);
  const match =
    /^\/(?<repository>.+?)(?:\.git)?\/(?<service>info\/refs|HEAD|objects\/.+|git-(?:upload|receive)-pack)$/.exec(
      decodeURIComponent(pathname),
    );
  const { repository, service } = match?.groups ?? {};
  if (repository === undefined || service === undefined) return undefined;
  if (normalize(repository) !== repository || repository.startsWith('..')) return undefined;
  return { repository, service, query };
}

/** `allowed`, `unknown` (401: an unknown user), or `hidden` (404: known, but without access to this repository). */
function judge(
  repository: string,
  authorization: string | undefined,
  { users = [], publicRepositories = [] }: GitServerOptions,
): 'allowed' | 'unknown' | 'hidden' {
  if (users.length === 0 || publicRepositories.includes(repository)) return 'allowed';
  const [scheme, encoded = ''] = authorization?.split(' ') ?? [];
  if (scheme?.toLowerCase() !== 'basic') return 'unknown';
  const pair = Buffer.from(encoded, 'base64').toString();
  const username = pair.slice(0, pair.indexOf(':'));
  const password = pair.slice(pair.indexOf(':') + 1);
  const user = users.find(
    ({ username: expected, token }) =>
      (token === password && (expected === undefined || expected === username)) ||
      (token === username && expected === undefined),
  );
  if (user === undefined) return 'unknown';
  return user.repositories === undefined || user.repositories.includes(repository) ? 'allowed' : 'hidden';
}

/** One request as CGI: the head from the backend's first lines, the rest streamed. */
function runBackend(
  request: IncomingMessage,
  response: ServerResponse,
  {
    root,
    filters,
    repository,
    service,
    query,
  }: WantedPath & { readonly root: string; readonly filters: boolean },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        // Repositories of another user are served too: containers and tests run as different ones.
        GIT_CONFIG_COUNT: '2',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
        GIT_CONFIG_KEY_1: 'uploadpack.allowFilter',
        GIT_CONFIG_VALUE_1: String(filters),
        PATH_INFO: `/${repository}.git/${service}`,
        QUERY_STRING: query,
        REQUEST_METHOD: request.method ?? 'GET',
        REMOTE_ADDR: request.socket.remoteAddress ?? '',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        ...(request.headers['content-length'] === undefined
          ? {}
          : { CONTENT_LENGTH: request.headers['content-length'] }),
        HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    request.pipe(backend.stdin);
    backend.stdin.on('error', () => undefined);
    response.on('close', () => backend.kill());

    let head: Buffer | undefined = Buffer.alloc(0);
    backend.stdout.on('data', (chunk: Buffer) => {
      if (head === undefined) {
        if (!response.write(chunk)) {
          backend.stdout.pause();
          response.once('drain', () => backend.stdout.resume());
        }
        return;
      }
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return;
      const rest = head.subarray(end + 4);
      writeHead(response, head.subarray(0, end).toString('latin1'));
      head = undefined;
      if (rest.length > 0) response.write(rest);
    });
    backend.on('error', reject);
    backend.on('close', () => {
      response.end();
      resolve();
    });
  });
}

function writeHead(response: ServerResponse, head: string): void {
  let status = 200;
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'status') status = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.writeHead(status);
}
