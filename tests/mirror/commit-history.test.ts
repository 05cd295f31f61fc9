import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type CommitHistory, openCommitHistory } from '../../packages/core/src/git/commit-history.ts';
import type { ProgressEvent } from '../../packages/core/src/progress/progress.ts';
import { startGitServer } from '../../packages/testbed/src/git-server.ts';
import {
  credential,
  git,
  type MirrorWorld,
  makeMirrorWorld,
  PATH,
  readAll,
  startOldHost,
  TOKEN,
} from './mirror-world.ts';

let world: MirrorWorld;
let own: string;
beforeEach(async () => {
  world = await makeMirrorWorld({ users: [{ token: TOKEN }] });
  own = join(world.folder, 'site', '.de-build');
});
afterEach(() => world.remove());

interface OpenOptions {
  readonly isOffline?: boolean;
  readonly hasToken?: boolean;
  readonly onProgress?: (event: ProgressEvent) => void;
}

function open({
  isOffline = false,
  hasToken = true,
  onProgress = () => {},
}: OpenOptions = {}): CommitHistory {
  const hosts = { credentialOf: () => (hasToken ? credential : undefined), timeoutSeconds: 20, onProgress };
  return openCommitHistory({
    folder: own,
    makeFolder: async () => undefined,
    environment: { PATH, TMPDIR: world.folder },
    ...(isOffline ? {} : { hosts }),
  });
}

const url = () => `${world.server.url}/acme/warehouse`;
const tip = () => world.app.resolve('version-15');
async function commits(count: number, branch = 'version-15'): Promise<string> {
  let last = '';
  for (let at = 1; at <= count; at++)
    last = await world.app.commit({
      branch,
      message: `Change ${at}\n\nWith a body`,
      files: { [`${branch}-${at}.txt`]: `${at}` },
    });
  return last;
}

test('the commits between are counted and listed, newest first; no files are fetched, and nothing is left', async () => {
  const from = await tip();
  const to = await commits(3);
  const before = world.server.requests.length;
  const events: ProgressEvent[] = [];
  const history = open({ onProgress: (event) => events.push(event) });
  const found = await history.between({ url: url(), from, to });
  expect(events.at(-1)).toMatchObject({ title: 'Fetching the history of acme/warehouse', done: true });
  expect(events.at(-1)?.total).toBeGreaterThan(0);
  expect(found).toEqual({ known: true, ahead: 3, behind: 0, subjects: ['Change 3', 'Change 2', 'Change 1'] });
  expect(world.server.requests.length).toBeGreaterThan(before);
  expect((await readdir(world.folder)).sort()).toEqual(['site', 'upstream']);
  const kept = await readAll(own);
  expect(kept.size).toBe(1);
  expect([...kept.values()].join()).not.toContain(TOKEN);

  const asked = world.server.requests.length;
  expect(await open({ isOffline: true }).between({ url: url(), from, to })).toEqual(found);
  expect(await open().between({ url: url(), from: to, to })).toMatchObject({ ahead: 0, behind: 0 });
  expect(world.server.requests).toHaveLength(asked);
});

test('a step back counts as behind', async () => {
  const to = await tip();
  const from = await commits(2);
  expect(await open().between({ url: url(), from, to })).toEqual({
    known: true,
    ahead: 0,
    behind: 2,
    subjects: [],
  });
});

test('side branches are counted as git counts them on the whole history', async () => {
  await commits(30);
  const from = await tip();
  await world.app.setBranch('side', 'version-15~25');
  await commits(4, 'side');
  await commits(2);
  const merge = await git([
    '--git-dir',
    world.app.folder,
    '-c',
    'user.name=a',
    '-c',
    'user.email=a@acme.example',
    'commit-tree',
    '-p',
    'version-15',
    '-p',
    'side',
    '-m',
    'Merge the side',
    'version-15^{tree}',
  ]);
  await world.app.setBranch('version-15', merge);
  const expected = await git(['--git-dir', world.app.folder, 'rev-list', '--count', `${from}..${merge}`]);
  expect(await open().between({ url: url(), from, to: merge })).toMatchObject({
    ahead: Number(expected),
    behind: 0,
  });
});

test('a rewritten branch differs from one that has new commits', async () => {
  const from = await commits(2);
  await world.app.setBranch('version-15', 'version-15~1');
  const to = await world.app.commit({ message: 'Instead', files: { 'x.txt': 'x' } });
  await world.app.setBranch('kept', from);
  expect(await open().between({ url: url(), from, to })).toEqual({
    known: true,
    ahead: 1,
    behind: 1,
    subjects: ['Instead'],
  });
});

test('a commit that the host no longer has is reported', async () => {
  const to = await commits(2);
  const found = await open().between({ url: url(), from: 'ab'.repeat(20), to });
  expect(found).toMatchObject({ known: false, why: expect.stringContaining('abababababab') });
  expect(await open().between({ url: url(), from: to, to: 'cd'.repeat(20) })).toMatchObject({ known: false });
});

test('from a host that serves only refs, the newer commit and its history are fetched', async () => {
  const from = await tip();
  const to = await commits(3);
  const old = await startOldHost(world.server);
  try {
    const history = open();
    expect(await history.between({ url: `${old.url}/acme/warehouse`, from, to })).toMatchObject({
      ahead: 3,
      behind: 0,
    });
  } finally {
    await old.close();
  }
});

test('from a host that serves commits only with their files, nothing is fetched', async () => {
  const from = await tip();
  const to = await commits(1);
  const plain = await startGitServer({ folder: join(world.folder, 'upstream'), filters: false });
  try {
    const found = await open().between({ url: `${plain.url}/acme/warehouse`, from, to });
    expect(found).toEqual({ known: false, why: expect.stringMatching(/files/) });
  } finally {
    await plain.close();
  }
});

test('a refused token, a broken connection and a missing host give `known: false` with the reason', async () => {
  const from = await tip();
  const to = await commits(1);
  const range = { url: url(), from, to };
  expect(await open({ hasToken: false }).between(range)).toMatchObject({
    known: false,
    why: expect.stringMatching(/token/),
  });
  expect(await open({ isOffline: true }).between(range)).toMatchObject({ known: false });
  const cut = { ...range, url: 'http://127.0.0.1:9/acme/warehouse' };
  expect(await open().between(cut)).toMatchObject({
    known: false,
    why: expect.stringMatching(/127\.0\.0\.1:9/),
  });
  const aborted = AbortSignal.abort(new Error('stopped'));
  await expect(open().between(range, aborted)).rejects.toThrow('stopped');
});

test('a damaged cached answer is fetched again', async () => {
  const from = await tip();
  const to = await commits(1);
  const range = { url: url(), from, to };
  const found = await open().between(range);
  const [path = ''] = (await readAll(own)).keys();
  for (const damaged of ['', '{"known":true}', 'null']) {
    await writeFile(path, damaged);
    expect(await open({ isOffline: true }).between(range)).toMatchObject({ known: false });
    expect(await open().between(range)).toEqual(found);
  }
});
