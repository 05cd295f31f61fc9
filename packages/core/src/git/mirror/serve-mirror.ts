import { access, constants } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { mirrorBackendMissing, mirrorNotServed } from '../../errors/mirror-failures.ts';
import type { Secret } from '../../secrets/secret.ts';
import { runGit } from '../run-git.ts';
import { createLocalGit } from './local-git.ts';
import type { Mirror, PinnedSource } from './mirror.ts';
import { runBackend } from './run-backend.ts';
import { arrangeSources } from './served-sources.ts';

export interface ServeOptions {
  /** From `readSiteKey`. Every URL holds it, so it belongs among the values that are redacted. */
  readonly siteKey: Secret;
  /** `defaultMirrorPort` unless given. */
  readonly port?: number;
  /** What is served; anything else is answered as if it were not there. */
  readonly sources: readonly PinnedSource[];
}

export interface MirrorServer {
  readonly port: number;
  /** `false` when the wanted port was taken: URLs then differ from the last build's, and its cache will not be hit. */
  readonly isDefaultPort: boolean;
  /** What to clone in place of the source's upstream URL. It holds the site key. */
  urlOf(source: PinnedSource): string;
  readonly stats: Readonly<MirrorStats>;
  /** Ends what is under way, git processes included. */
  close(): Promise<void>;
}

export interface MirrorStats {
  requests: number;
  /** Answered 404: a wrong key, another commit, another kind of request. */
  refused: number;
  /** Bodies of answers. */
  bytesSent: number;
}

const LOWEST_PORT = 61_000;
const PORTS = 4000;

/**
 * The port that a site's mirror is served on: between 61000 and 64999, above the ports that Linux gives out by itself. It
 * follows from the site key, so that it stays the same, and two sites can be built side by side.
 */
export function defaultMirrorPort(siteKey: Secret): number {
  return LOWEST_PORT + (Number.parseInt(siteKey.reveal().slice(0, 8), 16) % PORTS);
}

/**
 * Serves pinned sources to a build: read-only smart HTTP on 127.0.0.1. Whoever does not know the site key, and whatever
 * a clone does not need, gets the same empty 404.
 * @throws DeBuildError `mirror-backend-missing`, `mirror-not-served`, `git-missing`
 */
export async function serveMirror(mirror: Mirror, options: ServeOptions): Promise<MirrorServer> {
  const { siteKey, sources, port: wantedPort = defaultMirrorPort(siteKey) } = options;
  const { environment } = createLocalGit(mirror.folder, mirror.environment);
  await requireBackend(mirror.folder, environment);
  const served = arrangeSources(sources);
  const stats: MirrorStats = { requests: 0, refused: 0, bytesSent: 0 };
  const underWay = new Set<Promise<void>>();

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    stats.requests += 1;
    const call = served.find(request, siteKey);
    if (call === undefined) {
      stats.refused += 1;
      response.writeHead(404, { connection: 'close', 'content-length': '0' }).end();
      return;
    }
    const count = (bytes: number): void => {
      stats.bytesSent += bytes;
    };
    try {
      await runBackend(request, response, { call: { ...call, environment }, count });
    } catch {
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { connection: 'close', 'content-length': '0' }).end();
    }
  };
  const server = createServer((request, response) => {
    const answered = answer(request, response).finally(() => underWay.delete(answered));
    underWay.add(answered);
  });
  // Between chunks of a large pack nothing may be said for a while; a build ends the server, not a clock.
  server.requestTimeout = 0;

  const isDefaultPort = await listenAt(server, wantedPort);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    isDefaultPort,
    stats,
    urlOf(source) {
      const path = served.pathOf(source);
      if (path === undefined) throw new Error(`${source.url} is not served to this build`);
      return `http://127.0.0.1:${port}/${siteKey.reveal()}${path}`;
    },
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      await Promise.all([closed, ...underWay]);
    },
  };
}

/** On the wanted port, or on a free one when that is taken. */
async function listenAt(server: Server, port: number): Promise<boolean> {
  try {
    await listen(server, port);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw mirrorNotServed(code ?? String(error), error);
  }
  try {
    await listen(server, 0);
    return false;
  } catch (error) {
    throw mirrorNotServed((error as NodeJS.ErrnoException).code ?? String(error), error);
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function requireBackend(folder: string, environment: Readonly<Record<string, string>>): Promise<void> {
  // Not in the mirror's own folder: with nothing to serve, it need not exist.
  const { stdout } = await runGit(['--exec-path'], { environment, folder: '/', timeoutMs: 10_000 });
  const program = join(stdout.trim() === '' ? folder : stdout.trim(), 'git-http-backend');
  await access(program, constants.X_OK).catch(() => {
    throw mirrorBackendMissing();
  });
}
