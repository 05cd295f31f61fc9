import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAppRepository } from './git-repository.ts';
import { type GitServer, type GitServerOptions, startGitServer } from './git-server.ts';

const run = promisify(execFile);
const environment = {
  PATH: process.env.PATH,
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  LC_ALL: 'C',
};

describe('the git server', () => {
  let folder: string;
  let server: GitServer | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'testbed-git-'));
  });
  afterEach(async () => {
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function serve(options: Partial<GitServerOptions> = {}): Promise<GitServer> {
    server = await startGitServer({ folder, ...options });
    return server;
  }
  const withUser = (url: string, user: string): string => url.replace('http://', `http://${user}@`);

  test('serves a clone, with or without .git, and the same commits on every run', async () => {
    const repository = await createAppRepository(folder, { name: 'acme/warehouse' });
    const { url } = await serve();
    const commit = await repository.resolve('main');
    const clone = join(folder, 'clone');
    await run('git', ['clone', '-q', `${url}/acme/warehouse`, clone], { env: environment });
    expect(await readFile(join(clone, 'warehouse/__init__.py'), 'utf8')).toBe('__version__ = "1.0.0"\n');

    const again = await createAppRepository(join(folder, 'again'), { name: 'acme/warehouse' });
    expect(await again.resolve('main')).toBe(commit);
    const { stdout } = await run('git', ['ls-remote', `${url}/acme/warehouse.git`, 'main'], {
      env: environment,
    });
    expect(stdout).toBe(`${commit}\trefs/heads/main\n`);
  });

  test('commits, branches and tags move as requested', async () => {
    const repository = await createAppRepository(folder, { name: 'acme/warehouse' });
    const first = await repository.resolve('main');
    const light = await repository.tag('v1.0.0');
    const annotated = await repository.tag('v1.0.1', { annotated: true });
    const second = await repository.commit({ files: { 'README.md': 'more\n', 'warehouse/hooks.py': null } });
    await repository.setBranch('stable', first);
    const { url } = await serve();
    const { stdout } = await run('git', ['ls-remote', `${url}/acme/warehouse`], { env: environment });
    expect(stdout.trim().split('\n')).toEqual([
      `${second}\tHEAD`,
      `${second}\trefs/heads/main`,
      `${first}\trefs/heads/stable`,
      `${first}\trefs/tags/v1.0.0`,
      `${annotated.tagObject}\trefs/tags/v1.0.1`,
      `${first}\trefs/tags/v1.0.1^{}`,
    ]);
    expect(light).toEqual({ commit: first });
  });

  test.each([
    ['no token', '', /could not read Username/],
    ['a wrong token', 'x:wrong', /Authentication failed/],
    ['the token as password', 'x:t0ken', undefined],
    ['the token as username', 't0ken:', undefined],
    ['a token that may not read it', 'x:narrow', /not found/],
  ])('private: %s', async (_what, user, refusal) => {
    await createAppRepository(folder, { name: 'acme/warehouse' });
    const { url } = await serve({
      users: [{ token: 't0ken' }, { token: 'narrow', repositories: ['acme/other'] }],
    });
    const asking = run('git', ['ls-remote', `${user === '' ? url : withUser(url, user)}/acme/warehouse`], {
      env: environment,
    });
    if (refusal === undefined) expect((await asking).stdout).toMatch(/refs\/heads\/main/);
    else await expect(asking).rejects.toThrow(refusal);
  });

  test('a public repository next to private ones needs no token', async () => {
    await createAppRepository(folder, { name: 'acme/open' });
    const { url } = await serve({ users: [{ token: 't0ken' }], publicRepositories: ['acme/open'] });
    const { stdout } = await run('git', ['ls-remote', `${url}/acme/open`], { env: environment });
    expect(stdout).toMatch(/refs\/heads\/main/);
  });

  test('a fault lasts for the given number of requests', async () => {
    await createAppRepository(folder, { name: 'acme/warehouse' });
    const { url, setFault, requests } = await serve();
    setFault('acme/warehouse', { kind: 'status', status: 503 }, 1);
    await expect(run('git', ['ls-remote', `${url}/acme/warehouse`], { env: environment })).rejects.toThrow(
      /503/,
    );
    await run('git', ['ls-remote', `${url}/acme/warehouse`], { env: environment });
    expect(requests.map(({ status }) => status)).toEqual([503, 200, 200]);
  });
});
