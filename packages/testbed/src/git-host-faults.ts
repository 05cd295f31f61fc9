import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { GitFault } from './git-fault.ts';
import { createAppRepository } from './git-repository.ts';
import { type GitServer, startGitServer } from './git-server.ts';
import { type HostCertificate, type HostCertificates, makeHostCertificates } from './host-certificates.ts';

/** A git host with one private app that can be made to fail in every way of {@link GIT_HOST_FAULTS}. */
export interface FaultyGitHost {
  /** The token for the repository. */
  readonly token: string;
  readonly server: GitServer;
  /** Another host with the same repository, where redirects lead. */
  readonly other: GitServer;
  readonly certificates: HostCertificates;
  /** The same repository over https. */
  startTls(certificate: HostCertificate): Promise<GitServer>;
  /** `http://…` of a proxy that refuses every request with this status. */
  startProxy(status: number): Promise<string>;
  /** Removes all faults and extra servers. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export interface GitHostFault {
  readonly name: string;
  /** The error code that it must cause; `undefined` if it must cause none. */
  readonly code: string | undefined;
  /** It must be retried. */
  readonly isAskedAgain?: true;
  /** The connection breaks: git then asks at once, beside the retries. */
  readonly isBroken?: true;
  /** Makes the host fail, after it has answered `after` requests correctly. */
  set(host: FaultyGitHost, after: number): Promise<FaultyAddress>;
  /** It concerns the whole host, so it cannot begin in the middle of an exchange. */
  readonly isFromTheStart?: true;
}

export interface FaultyAddress {
  readonly url: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** How long to wait for a host that is silent. */
  readonly timeoutSeconds?: number;
}

export const FAULTY_REPOSITORY = 'acme/warehouse';
const PATH = `/${FAULTY_REPOSITORY}`;

/** @param folder one that exists, for repositories and certificates */
export async function startFaultyGitHost(folder: string): Promise<FaultyGitHost> {
  const token = `planted_${randomBytes(12).toString('hex')}`;
  const repositories = join(folder, 'repositories');
  const keys = join(folder, 'certificates');
  await Promise.all([mkdir(repositories), mkdir(keys)]);
  await createAppRepository(repositories, {
    name: FAULTY_REPOSITORY,
    // Not compressible, so that the pack can be cut off in its middle.
    files: { 'warehouse/__init__.py': '', 'noise.txt': randomBytes(200_000).toString('base64') },
  });
  const options = { folder: repositories, users: [{ token }] };
  const server = await startGitServer(options);
  const other = await startGitServer(options);
  const certificates = await makeHostCertificates(keys);
  const extra: (() => Promise<void>)[] = [];
  const reset = async () => {
    server.clearFaults();
    await Promise.all(extra.splice(0).map((end) => end()));
  };
  return {
    token,
    server,
    other,
    certificates,
    async startTls(tls) {
      const started = await startGitServer({ ...options, tls });
      extra.push(() => started.close());
      return started;
    },
    async startProxy(status) {
      const proxy = createServer();
      proxy.on('connect', (_, socket) => socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`));
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      extra.push(() => new Promise((resolve) => proxy.close(() => resolve())));
      return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    },
    reset,
    async close() {
      await reset();
      await Promise.all([server.close(), other.close()]);
    },
  };
}

const AGAIN = { isAskedAgain: true } as const;
const BROKEN = { ...AGAIN, isBroken: true } as const;
const WHOLE = { isFromTheStart: true } as const;
const SILENT = { timeoutSeconds: 2 };

/** Faults of a git host, from a refusal to a broken connection. */
export const GIT_HOST_FAULTS: readonly GitHostFault[] = [
  answers('401', { kind: 'status', status: 401 }, 'git-token-refused'),
  answers('403', { kind: 'status', status: 403 }, 'git-forbidden'),
  answers('404 for a private repository', { kind: 'status', status: 404 }, 'git-repository-not-found'),
  answers('429 without end', limited({ 'retry-after': '1' }), 'git-rate-limited', AGAIN),
  answers('429 for an hour', limited({ 'retry-after': '3600' }), 'git-rate-limited'),
  answers('429 until a date', limited({ 'retry-after': inAnHour() }), 'git-rate-limited'),
  answers(
    '403 with an empty quota',
    limited({ 'x-ratelimit-remaining': '0' }, 403),
    'git-rate-limited',
    AGAIN,
  ),
  ...[500, 502, 503, 504].map((status) =>
    answers(String(status), { kind: 'status', status }, 'git-host-failed', AGAIN),
  ),
  answers('a redirect in circles', { kind: 'redirect-loop' }, 'git-redirected'),
  {
    name: 'a redirect to another host',
    code: 'git-redirected',
    async set({ server, other }, after) {
      server.setFault(FAULTY_REPOSITORY, { kind: 'redirect', to: other.url }, { after });
      return { url: server.url + PATH };
    },
  },
  answers('slow', { kind: 'slow', delayMs: 300 }, undefined),
  answers('never an answer', { kind: 'hang' }, 'git-timeout', SILENT),
  answers('never the end of an answer', { kind: 'drip', everyMs: 300 }, 'git-timeout', SILENT),
  answers('a reset', { kind: 'reset' }, 'git-host-failed', BROKEN),
  answers('a reset in the headers', { kind: 'reset-in-headers' }, 'git-host-failed', BROKEN),
  answers('a reset in the body', { kind: 'reset-in-body' }, 'git-host-failed', BROKEN),
  answers('closed without a word', { kind: 'close' }, 'git-host-failed', BROKEN),
  answers('half an answer', { kind: 'truncated' }, 'git-answer-cut-off', BROKEN),
  answers('an answer that ends inside of a line', { kind: 'cut-answer' }, 'git-answer-broken'),
  answers('a login page', { kind: 'html' }, 'git-answer-broken'),
  answers('what is not git', { kind: 'garbage' }, 'git-answer-broken'),
  trusting('a certificate that signs itself', ({ selfSigned }) => selfSigned),
  trusting('a certificate that has expired', ({ expired }) => expired),
  trusting("another host's certificate", ({ forAnotherHost }) => forAnotherHost),
  {
    name: 'no TLS at all',
    code: 'git-tls-failed',
    ...WHOLE,
    set: async ({ server }) => ({ url: server.url.replace('http:', 'https:') + PATH }),
  },
  elsewhere('nobody listening', 'http://127.0.0.1:1'),
  elsewhere('a name that is not known', 'https://nohost.invalid'),
  behindProxy('a proxy that refuses', (host) => host.startProxy(403)),
  behindProxy('a proxy that wants a login', (host) => host.startProxy(407)),
  behindProxy('a proxy that is broken', (host) => host.startProxy(502)),
  behindProxy('a proxy that is gone', async () => 'http://127.0.0.1:1'),
];

/** What can only happen to a pack: it comes after two requests for the list, and two for the fetch itself. */
export const PACK_FAULTS: readonly GitHostFault[] = [
  answers(
    'a pack that ends too early',
    { kind: 'cut', afterBytes: 100_000, by: 'end' },
    'git-answer-cut-off',
    AGAIN,
  ),
  answers('a reset in the pack', { kind: 'cut', afterBytes: 100_000, by: 'reset' }, 'git-host-failed', AGAIN),
];

function answers(
  name: string,
  fault: GitFault,
  code: string | undefined,
  more: Pick<GitHostFault, 'isAskedAgain' | 'isBroken'> & { readonly timeoutSeconds?: number } = {},
): GitHostFault {
  const { timeoutSeconds, ...kind } = more;
  return {
    name,
    code,
    ...kind,
    async set({ server }, after) {
      server.setFault(FAULTY_REPOSITORY, fault, { after });
      return { url: server.url + PATH, ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }) };
    },
  };
}

function limited(headers: Readonly<Record<string, string>>, status = 429): GitFault {
  return { kind: 'status', status, headers };
}

function inAnHour(): string {
  return new Date(Date.now() + 3_600_000).toUTCString();
}

function trusting(name: string, choose: (all: HostCertificates) => HostCertificate): GitHostFault {
  return {
    name,
    code: 'git-tls-failed',
    ...WHOLE,
    async set(host) {
      const { url } = await host.startTls(choose(host.certificates));
      return { url: url + PATH, environment: { GIT_SSL_CAINFO: host.certificates.authorityFile } };
    },
  };
}

function elsewhere(name: string, host: string): GitHostFault {
  return { name, code: 'git-host-unreachable', ...WHOLE, set: async () => ({ url: host + PATH }) };
}

function behindProxy(name: string, start: (host: FaultyGitHost) => Promise<string>): GitHostFault {
  return {
    name,
    code: 'git-proxy-failed',
    ...WHOLE,
    set: async (host) => ({
      url: `https://git.example${PATH}`,
      environment: { https_proxy: await start(host) },
    }),
  };
}
