import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { judgeSiteRepository } from './judge-site-repository.ts';
import { readSiteRepository } from './site-repository.ts';

const environment = { PATH: process.env.PATH };

describe('the site repository', () => {
  let folder: string;
  let site: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'site-repository-'));
    site = join(folder, 'checkout');
    await mkdir(site);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function git(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('git', args, {
      cwd: site,
      env: {
        ...environment,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_NAME: 't',
        GIT_AUTHOR_EMAIL: 't@example.invalid',
        GIT_COMMITTER_NAME: 't',
        GIT_COMMITTER_EMAIL: 't@example.invalid',
      },
    });
    return stdout.trim();
  }
  async function commit(message: string): Promise<string> {
    await git('add', '-A');
    await git('commit', '-q', '--allow-empty', '-m', message);
    return git('rev-parse', 'HEAD');
  }
  async function withUpstream(): Promise<void> {
    await git('init', '-q', '-b', 'main');
    await writeFile(join(site, 'apps.json'), '[]');
    await commit('one');
    await git('init', '-q', '--bare', join(folder, 'upstream.git'));
    await git('remote', 'add', 'origin', join(folder, 'upstream.git'));
    await git('push', '-q', '-u', 'origin', 'main');
  }
  const read = (where = site, ignore: string[] = []) => readSiteRepository(where, { environment, ignore });

  test('clean and level with its upstream', async () => {
    await withUpstream();
    const repository = await read();
    expect(repository).toMatchObject({
      isRepository: true,
      commit: await git('rev-parse', 'HEAD'),
      branch: 'main',
      dirty: [],
      upstream: 'origin/main',
      ahead: 0,
      behind: 0,
    });
    expect(judgeSiteRepository(repository)).toEqual([]);
  });

  test('dirty, ignoring records of releases', async () => {
    await withUpstream();
    await mkdir(join(site, 'build-manifests'));
    await writeFile(join(site, 'build-manifests/1.0.0.json'), '{}');
    expect(await read(site, ['build-manifests'])).toMatchObject({ dirty: [] });
    await writeFile(join(site, 'apps.json'), '[ ]');
    await writeFile(join(site, 'ä new file'), '');
    const repository = await read(site, ['build-manifests/']);
    expect(repository).toMatchObject({ dirty: ['apps.json', 'ä new file'] });
    expect(judgeSiteRepository(repository).map(({ id }) => id)).toEqual(['site-repository-dirty']);
  });

  test('behind and ahead, as of the last fetch', async () => {
    await withUpstream();
    await commit('two');
    await git('push', '-q');
    await git('reset', '-q', '--hard', 'HEAD~1');
    await commit('another two');
    await git('fetch', '-q');
    const repository = await read();
    expect(repository).toMatchObject({ ahead: 1, behind: 1, fetchedAt: expect.any(Date) });
    const [finding] = judgeSiteRepository(repository);
    expect(finding?.what).toMatch(/is 1 commit behind origin\/main \(last fetched on \d{4}-/);
  });

  test('a folder inside a repository: only its own files count', async () => {
    await withUpstream();
    await mkdir(join(site, 'sites/a'), { recursive: true });
    await writeFile(join(site, 'sites/a/apps.json'), '[]');
    await writeFile(join(site, 'elsewhere'), '');
    expect(await read(join(site, 'sites/a'))).toMatchObject({ dirty: ['apps.json'] });
  });

  test('detached, as in CI; the URL without its credentials', async () => {
    await withUpstream();
    await git('remote', 'set-url', 'origin', 'https://x:s3cret@example.invalid/acme/site');
    await git('checkout', '-q', '--detach');
    expect(await read()).toMatchObject({
      branch: undefined,
      upstream: undefined,
      remoteUrl: 'https://example.invalid/acme/site',
    });
  });

  test('before the first commit', async () => {
    await git('init', '-q', '-b', 'main');
    await writeFile(join(site, 'apps.json'), '[]');
    expect(await read()).toMatchObject({
      isRepository: true,
      commit: undefined,
      dirty: ['apps.json'],
      fetchedAt: undefined,
    });
  });

  test.each([
    ['no repository', environment, 'none', 'site-repository-missing'],
    ['no git', { PATH: '/nonexistent' }, 'no-git', 'site-repository-unreadable'],
  ])('%s', async (_what, own, reason, id) => {
    const repository = await readSiteRepository(site, { environment: own });
    expect(repository).toEqual({ isRepository: false, reason });
    expect(judgeSiteRepository(repository).map((finding) => finding.id)).toEqual([id]);
  });
});
