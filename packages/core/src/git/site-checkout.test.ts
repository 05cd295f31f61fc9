import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { checkOutSite } from './site-checkout.ts';

let folder: string;
let repository: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'de-build-checkout-'));
  repository = join(folder, 'repository');
  await mkdir(join(repository, 'erp', 'images'), { recursive: true });
  await mkdir(join(folder, 'scratch'));
  git('init', '--quiet', '--initial-branch=main');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function git(...args: string[]): string {
  const person = ['-c', 'user.name=x', '-c', 'user.email=x@example.invalid'];
  return execFileSync('git', ['-C', repository, ...person, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  }).trim();
}

async function commit(files: Readonly<Record<string, string>>): Promise<string> {
  for (const [path, text] of Object.entries(files)) await writeFile(join(repository, path), text);
  git('add', '--all');
  git('commit', '--quiet', '--message=x');
  return git('rev-parse', 'HEAD');
}

const checkOut = (of: string, site = 'erp') =>
  checkOutSite({
    site: join(repository, site),
    commit: of,
    scratch: join(folder, 'scratch'),
    environment: { PATH: process.env.PATH, HOME: folder },
    signal: new AbortController().signal,
  });

test('an old commit is checked out, and the repository is unchanged', async () => {
  await symlink('Containerfile', join(repository, 'erp', 'images', 'link'));
  const old = await commit({ 'erp/images/Containerfile': 'FROM old\n', top: '' });
  await commit({ 'erp/images/Containerfile': 'FROM new\n', 'erp/later': '' });
  await writeFile(join(repository, 'erp', 'images', 'Containerfile'), 'FROM dirty\n');
  git('add', '--all');
  const before = [git('status', '--porcelain'), git('rev-parse', 'HEAD'), git('worktree', 'list')];
  const found = await checkOut(old);
  expect(await readFile(join(found?.folder ?? '', 'images', 'link'), 'utf8')).toBe('FROM old\n');
  expect((await readdir(found?.folder ?? '')).sort()).toEqual(['images']);
  expect((await readdir(join(found?.folder ?? '', '..'))).sort()).toEqual(['erp', 'top']);
  expect([git('status', '--porcelain'), git('rev-parse', 'HEAD'), git('worktree', 'list')]).toEqual(before);
  expect(found?.submodules).toEqual([]);
});

test('files that are still in the folder keep their permissions, except the one that git records', async () => {
  const old = await commit({ 'erp/a': '', 'erp/b': '', 'erp/c': '' });
  await chmod(join(repository, 'erp', 'a'), 0o600);
  await chmod(join(repository, 'erp', 'b'), 0o775);
  await chmod(join(repository, 'erp'), 0o750);
  const { folder: copy = '' } = (await checkOut(old)) ?? {};
  const modeOf = async (path: string) => (await stat(join(copy, path))).mode & 0o777;
  expect(await modeOf('a')).toBe(0o600);
  expect(await modeOf('b')).toBe(await modeOf('c'));
  expect(await modeOf('.')).toBe(0o750);
});

test('no hook of the repository runs', async () => {
  const old = await commit({ 'erp/a': '' });
  const canary = join(folder, 'canary');
  for (const hook of ['post-checkout', 'post-index-change', 'reference-transaction']) {
    const path = join(repository, '.git', 'hooks', hook);
    await mkdir(join(repository, '.git', 'hooks'), { recursive: true });
    await writeFile(path, `#!/bin/sh\ntouch ${canary}-${hook}\n`, { mode: 0o755 });
  }
  await checkOut(old);
  expect((await readdir(folder)).filter((name) => name.startsWith('canary'))).toEqual([]);
});

test('submodules are named', async () => {
  await commit({ 'erp/a': '' });
  git('update-index', '--add', '--cacheinfo', `160000,${git('rev-parse', 'HEAD')},erp/vendor`);
  git('commit', '--quiet', '--message=x');
  expect((await checkOut(git('rev-parse', 'HEAD')))?.submodules).toEqual(['erp/vendor']);
});

test.each([
  ['a commit that is not there', 'f'.repeat(40)],
  ['what is no commit', 'HEAD:erp'],
])('%s is not available', async (_what, of) => {
  await commit({ 'erp/a': '' });
  expect(await checkOut(of)).toBeUndefined();
});

test('a folder without a repository has no commit', async () => {
  await rm(join(repository, '.git'), { recursive: true });
  expect(await checkOut('f'.repeat(40))).toBeUndefined();
});

test('a failed checkout is reported', async () => {
  const old = await commit({ 'erp/a': '' });
  await writeFile(join(folder, 'scratch', 'index.lock'), '');
  await expect(checkOut(old)).rejects.toMatchObject({ code: 'site-checkout-failed', exitCode: 9 });
});
