import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createGitRemote } from '../../packages/core/src/git/git-remote.ts';
import type { MirrorApp } from '../../packages/core/src/git/mirror/mirror.ts';
import { openMirror } from '../../packages/core/src/git/mirror/mirror-store.ts';
import { createAppRepository } from '../../packages/testbed/src/git-repository.ts';
import {
  type SshAgent,
  type SshServer,
  startSshAgent,
  startSshServer,
  whyNoSshServer,
} from '../../packages/testbed/src/ssh-server.ts';
import { failureOf, git, PATH } from './mirror-world.ts';

jest.setTimeout(120_000);

const reason = whyNoSshServer();
const withSsh = reason === undefined ? describe : describe.skip;

withSsh(`a git host over ssh${reason === undefined ? '' : `: skipped, because ${reason}`}`, () => {
  let folder: string;
  let home: string;
  let server: SshServer;
  let agent: SshAgent;
  let url: string;
  let commit: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ssh-host-'));
    home = join(folder, 'a home');
    await mkdir(join(home, '.ssh'), { recursive: true });
    for (const name of ['repositories', 'sshd', 'agent', 'tmp']) await mkdir(join(folder, name));
    const app = await createAppRepository(join(folder, 'repositories'), { name: 'acme/warehouse' });
    commit = await app.resolve('main');
    server = await startSshServer(join(folder, 'sshd'), { repositories: join(folder, 'repositories') });
    agent = await startSshAgent(join(folder, 'agent'));
    await server.allow(agent.publicKey);
    await writeFile(join(home, '.ssh', 'known_hosts'), server.knownHost);
    url = `${server.url}/acme/warehouse.git`;
  });
  afterAll(async () => {
    await agent?.stop();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const options = (environment: Record<string, string> = {}) => ({
    environment: {
      PATH,
      HOME: home,
      TMPDIR: join(folder, 'tmp'),
      SSH_AUTH_SOCK: agent.socket,
      ...environment,
    },
    timeoutSeconds: 60,
    pauseSeconds: 0.02,
  });
  const list = (at: string, environment: Record<string, string> = {}) =>
    createGitRemote(options(environment)).listRefs({ url: at });
  const app = (at: string): MirrorApp => ({ url: at, ref: 'main', kind: 'branch', commit });

  async function withHome<T>(knownHosts: string | undefined, use: (home: string) => Promise<T>): Promise<T> {
    const other = await mkdtemp(join(folder, 'home-'));
    await mkdir(join(other, '.ssh'));
    if (knownHosts !== undefined) await writeFile(join(other, '.ssh', 'known_hosts'), knownHosts);
    return use(other);
  }

  test('is listed, fetched and served with the key of an agent', async () => {
    expect((await list(url)).branches.get('main')).toBe(commit);
    const mirror = openMirror(join(folder, 'mirror'), options());
    const source = await mirror.fetch(app(url));
    expect(source).toMatchObject({ origin: 'fetched', commit });
    expect(await git(['--git-dir', source.repository, 'fsck', '--strict'])).toBe('');
    expect(await readdir(join(folder, 'tmp'))).toEqual([]);
  });

  test('an unknown host key is not trusted, and not added', async () => {
    await withHome(undefined, async (other) => {
      const error = await failureOf(list(url, { HOME: other }));
      expect(error).toMatchObject({ code: 'git-ssh-host-unknown', exitCode: 4 });
      expect(error.fix).toContain(`ssh -p ${server.port} git@127.0.0.1`);
      expect(await readdir(join(other, '.ssh'))).toEqual([]);
      const fetching = openMirror(join(folder, 'mirror-unknown'), options({ HOME: other })).fetch(app(url));
      expect((await failureOf(fetching)).code).toBe('git-ssh-host-unknown');
    });
  });

  test('a host with a changed key is not connected to', async () => {
    const other = server.knownHost.replace(/\S+\n$/, `${agent.publicKey.split(' ')[1]}\n`);
    await withHome(other, async (changed) => {
      expect((await failureOf(list(url, { HOME: changed }))).code).toBe('git-ssh-host-changed');
    });
  });

  test('without an agent, or with one that has another key, the error is git-ssh-key-refused', async () => {
    const none = await failureOf(list(url, { SSH_AUTH_SOCK: '' }));
    expect(none).toMatchObject({ code: 'git-ssh-key-refused', what: expect.stringContaining('no ssh key') });
    const strange = await mkdtemp(join(folder, 'strange-'));
    const stranger = await startSshAgent(strange);
    try {
      const refused = await failureOf(list(url, { SSH_AUTH_SOCK: stranger.socket }));
      expect(refused).toMatchObject({
        code: 'git-ssh-key-refused',
        fix: expect.stringContaining('ssh-add -l'),
      });
    } finally {
      await stranger.stop();
    }
  });

  test('a key with a usual name is used without an agent', async () => {
    await withHome(server.knownHost, async (other) => {
      const key = await readFile(join(folder, 'agent', 'agent-key'));
      await writeFile(join(other, '.ssh', 'id_ed25519'), key, { mode: 0o600 });
      expect((await list(url, { HOME: other, SSH_AUTH_SOCK: '' })).branches.size).toBe(1);
    });
  });

  test('a missing repository', async () => {
    const error = await failureOf(list(`${server.url}/acme/nothing.git`));
    expect(error.code).toBe('git-repository-not-found');
  });

  test('a closed port, and an unknown host name', async () => {
    expect((await failureOf(list('ssh://git@127.0.0.1:1/acme/warehouse'))).code).toBe('git-host-unreachable');
    expect((await failureOf(list('ssh://git@nohost.invalid/acme/warehouse'))).code).toBe(
      'git-host-unreachable',
    );
  });

  test('no command from the environment is run instead of ssh', async () => {
    const canary = join(folder, 'canary');
    const commands = { GIT_SSH_COMMAND: `touch ${canary};`, GIT_SSH: join(folder, 'sshd', 'serve') };
    expect((await list(url, commands)).branches.size).toBe(1);
    expect(await readdir(folder)).not.toContain('canary');
  });

  test('without ssh, the error is git-ssh-missing', async () => {
    const bin = await mkdtemp(join(folder, 'bin-'));
    const { symlink } = await import('node:fs/promises');
    for (const program of ['git', 'sh', 'flock']) {
      const path = (await Promise.all(PATH.split(':').map((at) => isThere(join(at, program))))).find(Boolean);
      if (path !== undefined) await symlink(path, join(bin, program));
    }
    expect((await failureOf(list(url, { PATH: bin }))).code).toBe('git-ssh-missing');
  });
});

async function isThere(path: string): Promise<string | undefined> {
  const { access } = await import('node:fs/promises');
  return access(path).then(
    () => path,
    () => undefined,
  );
}
