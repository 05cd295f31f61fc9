import { readdir, readFile, stat, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { ProgressEvent } from '../../packages/core/src/progress/progress.ts';
import type { GitFault } from '../../packages/testbed/src/git-fault.ts';
import { failureOf, git, type MirrorWorld, makeMirrorWorld, startOldHost } from './mirror-world.ts';

jest.setTimeout(60_000);

let world: MirrorWorld;
beforeEach(async () => {
  world = await makeMirrorWorld();
});
afterEach(() => world.remove());

/** A commit that no earlier one is a parent of, where a branch was. */
async function forcePush(branch: string): Promise<string> {
  const orphan = await git([
    '--git-dir',
    world.app.folder,
    '-c',
    'user.name=A',
    '-c',
    'user.email=a@example.invalid',
    'commit-tree',
    `${branch}^{tree}`,
    '-m',
    'Written again',
  ]);
  await git(['--git-dir', world.app.folder, 'update-ref', `refs/heads/${branch}`, orphan]);
  return orphan;
}

describe('a fetch', () => {
  test('brings the commit alone, under its name in its own namespace, in a folder for nobody else', async () => {
    await world.app.commit({ files: { 'a.txt': 'second' } });
    const app = await world.resolve();
    const source = await world.openMirror().fetch(app);
    expect(source).toMatchObject({ ...app, origin: 'fetched', notices: [] });
    const refs = await git([
      '--git-dir',
      source.repository,
      'for-each-ref',
      '--format=%(refname) %(objectname)',
    ]);
    expect(refs.split('\n')).toEqual([
      `refs/namespaces/${app.commit}/HEAD ${app.commit}`,
      `refs/namespaces/${app.commit}/refs/heads/version-15 ${app.commit}`,
    ]);
    expect(await git(['--git-dir', source.repository, 'rev-list', '--all', '--count'])).toBe('1');
    expect(await git(['--git-dir', source.repository, 'fsck', '--full', '--strict'])).toBe('');
    expect((await stat(world.mirrorFolder)).mode & 0o777).toBe(0o700);
    expect(await readdir(join(source.repository, 'incoming'))).toEqual([]);
  });

  test('reports how many objects were fetched, and nothing without a fetch', async () => {
    await world.app.commit({
      files: Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`file-${at}.txt`, `${at}`])),
    });
    const events: ProgressEvent[] = [];
    const mirror = world.openMirror({ onProgress: (event) => events.push(event) });
    const app = await world.resolve();
    const { repository } = await mirror.fetch(app);
    expect(events.at(-1)).toMatchObject({
      id: `fetch ${basename(repository)}`,
      title: 'Fetching acme/warehouse',
      unit: 'objects',
      done: true,
    });
    const { current = 0, total } = events.at(-1) ?? {};
    expect(current).toBeGreaterThan(300);
    expect(total).toBe(current);
    events.length = 0;
    await mirror.fetch(app);
    expect(events).toEqual([]);
  });

  test('of commits in the mirror sends no request, even if the host is unreachable', async () => {
    const app = await world.resolve();
    await world.openMirror().fetch(app);
    const asked = world.server.requests.length;
    expect((await world.openMirror().fetch(app)).origin).toBe('present');
    expect(world.server.requests.length).toBe(asked);
    await world.server.close();
    expect((await world.openMirror().fetch(app)).origin).toBe('present');
  });

  test('of what was found whole before starts no git, until a file of it is another', async () => {
    const app = await world.resolve();
    for (const origin of ['fetched', 'present']) {
      expect((await world.openMirror().fetch(app)).origin).toBe(origin);
    }
    const withoutGit = () => world.openMirror({ environment: { PATH: '/nonexistent' } }).fetch(app);
    expect(await withoutGit()).toMatchObject({ ...app, origin: 'present', notices: [] });
    const { repository } = await withoutGit();
    await utimes(join(repository, 'config'), 1, 1);
    expect(await failureOf(withoutGit())).toMatchObject({ code: 'git-missing' });
  });

  test('of another name for the same commit leaves the first one', async () => {
    const branch = await world.resolve();
    await world.app.tag('v15.0.0', { annotated: true });
    const tag = await world.resolve('v15.0.0');
    expect(tag.tagObject).toMatch(/^[0-9a-f]{40}$/);
    const mirror = world.openMirror();
    await mirror.fetch(branch);
    expect(await mirror.fetch(tag)).toMatchObject({ origin: 'fetched', tagObject: tag.tagObject });
    expect((await mirror.fetch(branch)).origin).toBe('present');
  });

  test('of a name that takes the place of a folder of names, and the other way round', async () => {
    const { commit } = await world.resolve();
    const mirror = world.openMirror();
    for (const ref of ['fix', 'fix/one', 'fix']) {
      await git(['--git-dir', world.app.folder, 'update-ref', `refs/heads/${ref}`, commit]);
      expect((await mirror.fetch(await world.resolve(ref))).ref).toBe(ref);
      await world.app.deleteBranch(ref);
    }
  });

  test('of a commit that moved on brings little: what both have is not sent again', async () => {
    const random = Array.from({ length: 20_000 }, (_, index) => Math.sin(index)).join('');
    await world.app.commit({ files: { 'big.txt': random } });
    const mirror = world.openMirror();
    const { repository } = await mirror.fetch(await world.resolve());
    await world.app.commit({ files: { 'small.txt': 'small' } });
    await mirror.fetch(await world.resolve());
    const folder = join(repository, 'objects', 'pack');
    const packs = (await readdir(folder)).filter((name) => name.endsWith('.pack'));
    const sizes = await Promise.all(packs.map(async (name) => (await stat(join(folder, name))).size));
    expect(sizes.length).toBe(2);
    expect(Math.min(...sizes) * 20).toBeLessThan(Math.max(...sizes));
  });

  test('of a repository with SHA-256 ids', async () => {
    const folder = join(world.folder, 'upstream/acme/modern.git');
    const own = ['--git-dir', folder];
    await git([...own, 'init', '--quiet', '--bare', '--object-format=sha256', '--initial-branch=main']);
    const tree = await git([...own, 'hash-object', '-w', '-t', 'tree', '/dev/null']);
    const person = ['-c', 'user.name=A', '-c', 'user.email=a@example.invalid'];
    const commit = await git([...own, ...person, 'commit-tree', tree, '-m', 'Start']);
    await git([...own, 'update-ref', 'refs/heads/main', commit]);
    const app = { url: `${world.server.url}/acme/modern`, ref: 'main', kind: 'branch' as const, commit };
    const mirror = world.openMirror();
    expect(commit).toHaveLength(64);
    const source = await mirror.fetch(app);
    expect((await mirror.fetch(app)).origin).toBe('present');
    await world.serve([source], async (served) => {
      expect(await git(['ls-remote', served.urlOf(source), 'main'])).toContain(commit);
    });
  });

  test('says what a clone does not bring: submodules and Git LFS', async () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n';
    await world.app.commit({ files: { 'quoted.md': pointer } });
    expect((await world.openMirror().fetch(await world.resolve())).notices).toEqual([]);
    await world.app.commit({
      files: { 'docs/.gitattributes': '*.bin filter=lfs diff=lfs -text\n', 'a b.bin': pointer },
    });
    const index = { GIT_INDEX_FILE: join(world.folder, 'index') };
    const own = ['--git-dir', world.app.folder];
    await git([...own, 'read-tree', 'version-15'], index);
    const { commit } = await world.resolve();
    await git([...own, 'update-index', '--add', '--cacheinfo', `160000,${commit},vendor/library`], index);
    const tree = await git([...own, 'write-tree'], index);
    const person = ['-c', 'user.name=A', '-c', 'user.email=a@example.invalid'];
    const next = await git([...own, ...person, 'commit-tree', tree, '-p', commit, '-m', 'Submodule']);
    await git([...own, 'update-ref', 'refs/heads/version-15', next]);
    const { notices, origin } = await world.openMirror().fetch(await world.resolve());
    expect(origin).toBe('fetched');
    expect(notices.map(({ id }) => id)).toEqual(['mirror-submodules', 'mirror-lfs-pointers']);
    expect(notices[0]?.what).toContain('1 submodule at');
    expect(notices[0]?.what).toContain('vendor/library');
    expect(notices[1]?.what).toContain('a b.bin');
    expect((await world.openMirror().fetch(await world.resolve())).notices).toEqual(notices);
  });

  test.each([
    ['a commit that is an option', { commit: '--upload-pack=touch canary' }],
    ['a tag object that is none', { tagObject: 'HEAD' }],
    ['a ref with a colon', { ref: 'a:refs/heads/b' }],
    ['a ref with a star', { ref: 'feature/*' }],
    ['a ref that is an option', { ref: '--exec' }],
    ['a ref of a lock', { ref: 'a.lock' }],
    ['a ref that climbs', { ref: '../../HEAD' }],
    ['no ref', { ref: '' }],
  ])('refuses %s', async (_what, change) => {
    const error = await failureOf(world.openMirror().fetch({ ...(await world.resolve()), ...change }));
    expect(error.code).toBe('mirror-pin-malformed');
    expect(world.server.requests).toEqual([]);
  });

  test.each([
    ['ext::sh -c touch% canary', 'git-url-unsafe'],
    ['ssh://-oProxyCommand=x/a/b', 'git-url-unsafe'],
    ['https://user:secret@h.example/a/b', 'git-url-unsafe'],
  ])('is not sent to %s', async (url, code) => {
    const error = await failureOf(world.openMirror().fetch({ ...(await world.resolve()), url }));
    expect(error.code).toBe(code);
    expect(error.message).not.toContain('secret');
  });

  test('ends when it is aborted, and leaves nothing half done', async () => {
    world.server.setFault('acme/warehouse', { kind: 'hang' }, { after: 1 });
    const abort = new AbortController();
    const fetching = world.openMirror().fetch(await world.resolve(), abort.signal);
    setTimeout(() => abort.abort(new Error('stopped by the test')), 300);
    await expect(fetching).rejects.toThrow('stopped by the test');
    world.server.clearFaults();
    const source = await world.openMirror().fetch(await world.resolve());
    expect(await readdir(join(source.repository, 'incoming'))).toEqual([]);
  });
});

describe('the host fails', () => {
  test.each<[string, GitFault, string, number]>([
    ['401', { kind: 'status', status: 401 }, 'git-token-missing', 1],
    ['403', { kind: 'status', status: 403 }, 'git-forbidden', 1],
    ['404', { kind: 'status', status: 404 }, 'git-repository-not-found', 1],
    ['429', { kind: 'status', status: 429, headers: { 'retry-after': '900' } }, 'git-rate-limited', 1],
    ['502', { kind: 'status', status: 502 }, 'git-host-failed', 3],
    ['a redirect loop', { kind: 'redirect-loop' }, 'git-redirected', 6],
    ['a reset', { kind: 'reset' }, 'git-host-failed', 3],
    ['a truncated answer', { kind: 'truncated' }, 'git-answer-cut-off', 3],
    // git looks for a repository of plain files then.
    ['a login page', { kind: 'html' }, 'git-answer-broken', 2],
    ['garbage', { kind: 'garbage' }, 'git-answer-broken', 1],
  ])('%s', async (_what, fault, code, tries) => {
    world.server.setFault('acme/warehouse', fault);
    const error = await failureOf(world.openMirror().fetch(await world.resolve()));
    expect(error.code).toBe(code);
    expect(error.exitCode).toBe(4);
    expect(world.server.requests.length).toBe(tries);
  });

  test('once, and is retried', async () => {
    world.server.setFault('acme/warehouse', { kind: 'status', status: 502 }, 1);
    expect((await world.openMirror().fetch(await world.resolve())).origin).toBe('fetched');
  });

  test('silently, and is not waited for longer than was said', async () => {
    world.server.setFault('acme/warehouse', { kind: 'hang' });
    const error = await failureOf(world.openMirror({ timeoutSeconds: 1 }).fetch(await world.resolve()));
    expect(error.code).toBe('git-timeout');
  });

  test.each([2000, 20_000, 60_000])('in the middle of the pack, after %i bytes', async (cutAfter) => {
    const random = Array.from({ length: 20_000 }, (_, index) => Math.sin(index)).join('');
    await world.app.commit({ files: { 'big.txt': random } });
    const host = await startOldHost(world.server, { cutAfter });
    const app = { ...(await world.resolve()), url: `${host.url}/acme/warehouse` };
    const error = await failureOf(world.openMirror().fetch(app));
    await host.close();
    expect(error.code).toBe('git-answer-cut-off');
    const [name = ''] = await readdir(world.mirrorFolder);
    expect(await readdir(join(world.mirrorFolder, name, 'incoming'))).toEqual([]);
  });
});

describe('between resolve and fetch', () => {
  test('a branch that moves on does not matter', async () => {
    const app = await world.resolve();
    for (let index = 0; index < 3; index += 1) await world.app.commit({ files: { n: String(index) } });
    expect(await world.openMirror().fetch(app)).toMatchObject({ origin: 'fetched', commit: app.commit });
  });

  test('a branch that is force-pushed is refused, both commits named', async () => {
    await world.app.commit({ files: { n: '1' } });
    const app = await world.resolve();
    const now = await forcePush('version-15');
    const error = await failureOf(world.openMirror().fetch(app));
    expect(error.code).toBe('mirror-ref-moved');
    expect(error.what).toContain(app.commit);
    expect(error.what).toContain(now);
    expect(error.why).toContain('force-pushed');
  });

  test.each([
    ['light', false],
    ['annotated', true],
  ])('a %s tag that is moved is refused, both commits named', async (_what, annotated) => {
    const old = await world.resolve();
    await world.app.tag('v15.0.0', { annotated });
    const app = await world.resolve('v15.0.0');
    const now = await world.app.commit({ files: { n: '1' } });
    await git(['--git-dir', world.app.folder, 'tag', '-d', 'v15.0.0']);
    await world.app.tag('v15.0.0', { annotated });
    const error = await failureOf(world.openMirror().fetch(app));
    expect(error.code).toBe('mirror-ref-moved');
    expect(error.what).toContain(old.commit);
    expect(error.what).toContain(now);
  });

  test('a tag that is recreated for the same commit is refused, and its objects are distinguished', async () => {
    await world.app.tag('v15.0.0', { annotated: true });
    const app = await world.resolve('v15.0.0');
    await git(['--git-dir', world.app.folder, 'tag', '-d', 'v15.0.0']);
    const { tagObject } = await world.app.tag('v15.0.0', { annotated: true });
    const error = await failureOf(world.openMirror().fetch(app));
    expect(error.code).toBe('mirror-ref-moved');
    expect(error.what).toContain(`tag object ${tagObject}`);
  });

  test('a ref that is deleted is refused', async () => {
    await world.app.setBranch('other');
    const app = await world.resolve('other');
    await world.app.deleteBranch('other');
    const error = await failureOf(world.openMirror().fetch(app));
    expect(error.code).toBe('mirror-ref-moved');
    expect(error.what).toContain('was deleted');
  });

  test('a commit from an old record is accepted in every case', async () => {
    await world.app.commit({ files: { n: '1' } });
    const app = await world.resolve();
    await forcePush('version-15');
    const source = await world.openMirror().fetch({ ...app, isRecorded: true });
    expect(source).toMatchObject({ origin: 'fetched', commit: app.commit });
  });
});

describe('a host that gives out only what refs point at', () => {
  async function fetchFromOldHost(app: Awaited<ReturnType<MirrorWorld['resolve']>>) {
    const host = await startOldHost(world.server);
    try {
      return await world.openMirror().fetch({ ...app, url: `${host.url}/acme/warehouse` });
    } finally {
      await host.close();
    }
  }

  test('serves the ref, and its history until the commit is in it', async () => {
    const app = await world.resolve();
    expect((await fetchFromOldHost(app)).commit).toBe(app.commit);
    for (let index = 0; index < 3; index += 1) await world.app.commit({ files: { n: String(index) } });
    const next = await world.resolve();
    await world.app.commit({ files: { n: 'last' } });
    const source = await fetchFromOldHost(next);
    expect(source).toMatchObject({ origin: 'fetched', commit: next.commit });
    const shallow = await readFile(join(source.repository, 'shallow'), 'utf8');
    expect(shallow.split('\n')).toContain(next.commit);
  });

  test('no longer has it: refused', async () => {
    await world.app.commit({ files: { n: '1' } });
    const app = await world.resolve();
    const now = await forcePush('version-15');
    const moved = await failureOf(fetchFromOldHost(app));
    expect(moved.code).toBe('mirror-ref-moved');
    expect(moved.what).toContain(now);
    const gone = await failureOf(fetchFromOldHost({ ...app, isRecorded: true }));
    expect(gone.code).toBe('mirror-commit-gone');
    expect(gone.what).toContain(app.commit);
  });

  test('a moved tag is refused', async () => {
    await world.app.tag('v15.0.0', { annotated: true });
    const app = await world.resolve('v15.0.0');
    expect((await fetchFromOldHost(app)).tagObject).toBe(app.tagObject);
    await world.app.commit({ files: { n: '1' } });
    await git(['--git-dir', world.app.folder, 'tag', '-d', 'v15.0.0']);
    await world.app.tag('v15.0.0', { annotated: true });
    // Another mirror: this one holds it already.
    const host = await startOldHost(world.server);
    const error = await failureOf(world.openMirror().fetch({ ...app, url: `${host.url}/acme/warehouse` }));
    await host.close();
    expect(error.code).toBe('mirror-ref-moved');
  });
});
