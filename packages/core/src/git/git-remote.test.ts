import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { GitFault } from '../../../testbed/src/git-fault.ts';
import type { AppRepository } from '../../../testbed/src/git-repository.ts';
import { createAppRepository } from '../../../testbed/src/git-repository.ts';
import { type GitServer, startGitServer } from '../../../testbed/src/git-server.ts';
import { DeBuildError } from '../errors/de-build-error.ts';
import { Secret } from '../secrets/secret.ts';
import { createGitRemote } from './git-remote.ts';
import type { GitRetry } from './retry.ts';

const TOKEN = 'ghp_S3cretOfTheTestsThatMustNeverShow0001';
const credential = { username: 'x-access-token', password: new Secret('ACME_TOKEN', TOKEN) };

// With a proxy, git is started.
describe.each<[string, Record<string, string>]>([
  ['in this process', {}],
  ['with git', { all_proxy: 'http://127.0.0.1:1', no_proxy: '127.0.0.1,.invalid' }],
])('git remote, asked %s', (way, reach) => {
  let folder: string;
  let temporary: string;
  let server: GitServer;
  let app: AppRepository;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'git-remote-'));
    temporary = await mkdtemp(join(tmpdir(), 'git-remote-tmp-'));
    app = await createAppRepository(folder, { name: 'acme/warehouse' });
    server = await startGitServer({
      folder,
      users: [{ token: TOKEN }, { token: 'narrow', repositories: [] }],
      publicRepositories: ['acme/open'],
    });
  });
  afterEach(async () => {
    server.clearFaults();
    server.setLatency(0);
    expect(await readdir(temporary)).toEqual([]);
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
    await rm(temporary, { recursive: true, force: true });
  });

  function remote(
    environment: Record<string, string> = {},
    timeoutSeconds = 10,
    onRetry: (retry: GitRetry) => void = () => undefined,
  ) {
    return createGitRemote({
      environment: { PATH: process.env.PATH, TMPDIR: temporary, ...reach, ...environment },
      timeoutSeconds,
      pauseSeconds: 0.02,
      onRetry,
    });
  }
  const warehouse = () => ({ url: `${server.url}/acme/warehouse`, credential });
  async function failureOf(promise: Promise<unknown>): Promise<DeBuildError> {
    const error = await promise.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(DeBuildError);
    return error as DeBuildError;
  }

  test('lists branches and tags, annotated ones peeled', async () => {
    const light = await app.tag('v1.0.0');
    const annotated = await app.tag('v1.1.0', { annotated: true });
    await app.setBranch('version-1', 'main');
    const refs = await remote().listRefs(warehouse());
    const commit = await app.resolve('main');
    expect(Object.fromEntries(refs.branches)).toEqual({ main: commit, 'version-1': commit });
    expect(Object.fromEntries(refs.tags)).toEqual({ 'v1.0.0': light, 'v1.1.0': annotated });
    expect(refs.defaultBranch).toBeUndefined();
  });

  test('gives the default branch when requested', async () => {
    const other = await createAppRepository(folder, { name: 'acme/develops', defaultBranch: 'develop' });
    const refs = await remote().listRefs({
      url: `${server.url}/acme/develops.git`,
      credential,
      withDefaultBranch: true,
    });
    expect(refs.defaultBranch).toBe('develop');
    expect([...refs.branches]).toEqual([['develop', await other.resolve('develop')]]);
  });

  test.each<[string, GitFault, string]>([
    ['401', { kind: 'status', status: 401 }, 'git-token-refused'],
    ['403', { kind: 'status', status: 403 }, 'git-forbidden'],
    ['404', { kind: 'status', status: 404 }, 'git-repository-not-found'],
    ['418', { kind: 'status', status: 418 }, 'git-host-failed'],
    ['429', { kind: 'status', status: 429, headers: { 'retry-after': '900' } }, 'git-rate-limited'],
    [
      '403 with an empty quota',
      { kind: 'status', status: 403, headers: { 'x-ratelimit-remaining': '0' } },
      'git-rate-limited',
    ],
    ['500', { kind: 'status', status: 500 }, 'git-host-failed'],
    ['502', { kind: 'status', status: 502 }, 'git-host-failed'],
    ['a redirect loop', { kind: 'redirect-loop' }, 'git-redirected'],
    ['a reset', { kind: 'reset' }, 'git-host-failed'],
    ['a truncated answer', { kind: 'truncated' }, 'git-answer-cut-off'],
    ['an answer cut inside a line', { kind: 'cut-answer' }, 'git-answer-broken'],
    ['a login page', { kind: 'html' }, 'git-answer-broken'],
    ['garbage', { kind: 'garbage' }, 'git-answer-broken'],
    ['silence', { kind: 'hang' }, 'git-timeout'],
  ])('%s has its own failure', async (_what, fault, code) => {
    server.setFault('acme/warehouse', fault);
    const timeout = fault.kind === 'hang' ? 1 : 10;
    const error = await failureOf(remote({}, timeout).listRefs(warehouse()));
    expect(error.code).toBe(code);
    expect(error.exitCode).toBe(4);
    expect(error.what).toContain(`127.0.0.1:${server.port}`);
    expect(JSON.stringify({ ...error, message: error.message })).not.toContain(TOKEN);
  });

  test('a listing takes two requests', async () => {
    const asked = server.requests.length;
    await remote().listRefs(warehouse());
    expect(server.requests.slice(asked).map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  test.each<[string, GitFault, string]>([
    ['status', { kind: 'status', status: 403 }, 'git-forbidden'],
    ['cut-answer', { kind: 'cut-answer' }, 'git-answer-broken'],
    ['reset', { kind: 'reset' }, 'git-host-failed'],
    ['truncated', { kind: 'truncated' }, 'git-answer-cut-off'],
    ['html', { kind: 'html' }, 'git-answer-broken'],
    ['garbage', { kind: 'garbage' }, 'git-answer-broken'],
  ])('the list itself may fail as well: %s', async (_what, fault, code) => {
    server.setFault('acme/warehouse', fault, { after: 1 });
    expect((await failureOf(remote().listRefs(warehouse()))).code).toBe(code);
  });

  test.each([
    ['a wrong token', 'wrong', 'git-token-refused'],
    ['a token without access', 'narrow', 'git-repository-not-found'],
    ['no token', undefined, 'git-token-missing'],
  ])('%s', async (_what, token, code) => {
    const url = `${server.url}/acme/warehouse`;
    const own =
      token === undefined ? {} : { credential: { username: 'u', password: new Secret('T', token) } };
    const error = await failureOf(remote().listRefs({ url, ...own }));
    expect(error.code).toBe(code);
  });

  test.each([
    ['a host that does not exist', 'https://nohost.invalid/a/b', 'git-host-unreachable'],
    ['a port nobody listens on', 'http://127.0.0.1:1/a/b', 'git-host-unreachable'],
  ])('%s', async (_what, url, code) => {
    expect((await failureOf(remote().listRefs({ url }))).code).toBe(code);
  });

  test('a host without TLS', async () => {
    const url = warehouse().url.replace('http:', 'https:');
    expect((await failureOf(remote().listRefs({ url, credential }))).code).toBe('git-tls-failed');
  });

  test('a proxy that refuses is not mistaken for the host', async () => {
    const environment = { https_proxy: `http://127.0.0.1:${server.port}`, no_proxy: '' };
    const error = await failureOf(remote(environment).listRefs({ url: 'https://example.invalid/a/b' }));
    expect(error.code).toBe('git-proxy-failed');
  });

  test.each<[string, GitFault, number]>([
    ['429', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }, 1],
    ['503', { kind: 'status', status: 503 }, 2],
    ['a reset', { kind: 'reset' }, 1],
    ['a truncated answer', { kind: 'truncated' }, 1],
  ])('%s that passes is survived', async (_what, fault, times) => {
    server.setFault('acme/warehouse', fault, times);
    const refs = await remote().listRefs(warehouse());
    expect(refs.branches.has('main')).toBe(true);
  });

  test.each([
    ['seconds', () => '1'],
    ['a date', () => new Date(Date.now() + 2000).toUTCString()],
  ])('Retry-After in %s is waited for and reported', async (_what, later) => {
    const headers = { 'retry-after': later() };
    server.setFault('acme/warehouse', { kind: 'status', status: 429, headers }, 1);
    const retries: GitRetry[] = [];
    const started = performance.now();
    await remote({}, 10, (retry) => retries.push(retry)).listRefs(warehouse());
    expect(performance.now() - started).toBeGreaterThan(990);
    expect(retries).toMatchObject([{ error: { code: 'git-rate-limited' }, isNamedByHost: true }]);
    expect(retries[0]?.seconds).toBeLessThanOrEqual(2);
  });

  test.each([401, 403, 404])('%s is never retried', async (status) => {
    server.setFault('acme/open', { kind: 'status', status });
    const asked = server.requests.length;
    await failureOf(remote().listRefs({ url: `${server.url}/acme/open` }));
    expect(server.requests.length - asked).toBe(1);
  });

  describe('redirects', () => {
    let other: GitServer;
    beforeAll(async () => {
      other = await startGitServer({ folder, users: [{ token: TOKEN }], publicRepositories: ['acme/open'] });
      await createAppRepository(folder, { name: 'acme/open' });
    });
    afterAll(() => other.close());

    test('to another host: the token is not sent', async () => {
      server.setFault('acme/warehouse', { kind: 'redirect', to: other.url });
      const error = await failureOf(remote().listRefs(warehouse()));
      expect(error.code).toBe('git-redirected');
      expect(error.why).toContain('ACME_TOKEN');
      expect(server.requests.at(-1)?.authorization).toMatch(/^Basic /);
      expect(other.requests).toEqual([]);
    });

    test('in the middle of the exchange: the token is not sent', async () => {
      server.setFault('acme/warehouse', { kind: 'redirect', to: other.url }, { after: 1 });
      expect((await failureOf(remote().listRefs(warehouse()))).code).toBe('git-redirected');
      expect(other.requests).toEqual([]);
    });

    test('to another host without a token: followed', async () => {
      server.setFault('acme/open', { kind: 'redirect', to: other.url });
      const refs = await remote().listRefs({ url: `${server.url}/acme/open` });
      expect(refs.branches.size).toBe(1);
    });

    test('within the host, as after a rename: followed with the token', async () => {
      server.setFault('acme/old-name', {
        kind: 'status',
        status: 301,
        headers: { location: '/acme/warehouse.git/info/refs?service=git-upload-pack' },
      });
      const refs = await remote().listRefs({ url: `${server.url}/acme/old-name`, credential });
      expect(refs.branches.has('main')).toBe(true);
    });
  });

  describe('the configuration of the user', () => {
    test('helpers, .netrc and insteadOf do not apply; a proxy does', async () => {
      const home = await mkdtemp(join(tmpdir(), 'git-remote-home-'));
      try {
        const canary = join(home, 'canary');
        await writeFile(join(home, '.netrc'), `machine 127.0.0.1 login x password ${TOKEN}\n`);
        await writeFile(
          join(home, '.gitconfig'),
          `[credential]\n\thelper = "!touch ${canary};"\n[url "ext::touch ${canary} "]\n\tinsteadOf = ${server.url}\n`,
        );
        const url = `${server.url}/acme/warehouse`;
        expect((await failureOf(remote({ HOME: home }).listRefs({ url }))).code).toBe('git-token-missing');
        expect(await readdir(home)).not.toContain('canary');

        await writeFile(join(home, '.gitconfig'), '[http]\n\tproxy = http://127.0.0.1:1\n');
        const asking = remote({ HOME: home, no_proxy: '' });
        const error = await failureOf(asking.listRefs({ url, credential }));
        expect(error.code).toBe('git-proxy-failed');
      } finally {
        await rm(home, { recursive: true, force: true });
      }
    });
  });

  test.each([
    '--upload-pack=touch canary',
    'ext::sh -c touch% canary',
    'ssh://-oProxyCommand=touch/x',
    'file:///etc',
    'git@github.com:acme/app.git',
    'ssh://git@-oProxyCommand=touch/acme/app',
    'ssh://git@github.com/-oProxyCommand=touch/app',
    'http://example.com/acme/app',
    'https://user:pass@example.com/acme/app',
    'https://example.com/acme/app%0ahost=evil.example',
    'https://example.com/acme/app\nx',
    'https://example.com/',
    'https://example.com/a/b?x=1',
  ])('git is never sent to %j', async (url) => {
    const error = await failureOf(remote().listRefs({ url }));
    expect(error.code).toBe('git-url-unsafe');
    expect(error.message).not.toContain('pass@');
  });

  test('an abort ends the listing at once and leaves nothing', async () => {
    server.setFault('acme/warehouse', { kind: 'hang' });
    const controller = new AbortController();
    const asked = server.requests.length;
    const listing = remote().listRefs(warehouse(), controller.signal);
    await waitFor(() => server.requests.length > asked);
    expect(childrenNaming(warehouse().url).length > 0).toBe(way === 'with git');
    controller.abort(new Error('stopped'));
    await expect(listing).rejects.toThrow('stopped');
    expect(childrenNaming(warehouse().url)).toEqual([]);
  });

  test('the token is in no argument and no environment of any process', async () => {
    server.setLatency(60);
    const seen = new Set<string>();
    let isDone = false;
    const watching = (async () => {
      while (!isDone) {
        for (const { pid, text } of processes()) if (pid !== process.pid) seen.add(text);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    await remote().listRefs(warehouse());
    isDone = true;
    await watching;
    const all = [...seen].join('\n');
    const ours = [...seen].filter((text) => text.includes(warehouse().url)).join('\n');
    for (const program of ['ls-remote', 'git-remote-http'])
      expect(ours.includes(program)).toBe(way === 'with git');
    for (const form of [
      TOKEN,
      encodeURIComponent(TOKEN),
      Buffer.from(`x-access-token:${TOKEN}`).toString('base64'),
    ])
      expect(all).not.toContain(form);
  });

  test('without git, the error is git-missing', async () => {
    const asking = createGitRemote({ environment: { PATH: temporary, TMPDIR: temporary } });
    expect((await failureOf(asking.listRefs(warehouse()))).code).toBe('git-missing');
  });
});

/** Arguments and environment of every process that can be read. */
function processes(): { pid: number; text: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const text = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${name}/${file}`, 'latin1'));
        return [{ pid: Number(name), text: text.join('\0') }];
      } catch {
        return [];
      }
    });
}

function childrenNaming(url: string): string[] {
  return processes().flatMap(({ text }) => (text.includes(url) ? [text] : []));
}

async function waitFor(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 2));
}
