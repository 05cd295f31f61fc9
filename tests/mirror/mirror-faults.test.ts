import { spawn } from 'node:child_process';
import {
  chmod,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { PinnedSource } from '../../packages/core/src/git/mirror/mirror.ts';
import { openSeal } from '../../packages/core/src/git/mirror/pin-seal.ts';
import { failureOf, git, type MirrorWorld, makeMirrorWorld, PATH } from './mirror-world.ts';

jest.setTimeout(60_000);

let world: MirrorWorld;
beforeEach(async () => {
  world = await makeMirrorWorld();
});
afterEach(() => world.remove());

/** The source can be cloned, and is whole. */
async function expectWhole(source: PinnedSource): Promise<void> {
  await world.serve([source], async (served) => {
    const folder = join(world.folder, `clone-${source.commit}`);
    await git(['clone', '--quiet', '--branch', source.ref, served.urlOf(source), folder]);
    expect(await git(['-C', folder, 'rev-parse', 'HEAD'])).toBe(source.commit);
    await git(['-C', folder, 'fsck', '--strict']);
    await rm(folder, { recursive: true });
  });
}

async function packsOf({ repository }: PinnedSource, ending = '.pack'): Promise<string[]> {
  const folder = join(repository, 'objects', 'pack');
  return (await readdir(folder)).filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
}

/** Changes one byte in the middle, as a dying disk does: size and time stay. */
async function flipByte(path: string, at?: number): Promise<void> {
  await chmod(path, 0o600);
  const file = await open(path, 'r+');
  const { size } = await file.stat();
  const position = at ?? Math.floor(size / 2);
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, position);
  await file.write(Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, position);
  await file.close();
}

describe('damage', () => {
  describe.each([
    ['what was just fetched', 1],
    ['what was found whole before', 2],
  ])('of %s', (_when, fetches) => {
    test.each<[string, (source: PinnedSource) => Promise<void>]>([
      ['a byte of the pack', async (source) => flipByte((await packsOf(source))[0] ?? '')],
      ['a byte of the index', async (source) => flipByte((await packsOf(source, '.idx'))[0] ?? '')],
      ['a pack cut short', async (source) => truncate((await packsOf(source))[0] ?? '', 40)],
      ['a pack that is gone', async (source) => rm((await packsOf(source))[0] ?? '')],
      ['an index that is gone', async (source) => rm((await packsOf(source, '.idx'))[0] ?? '')],
      [
        'an empty ref',
        async ({ repository, commit }) =>
          writeFile(join(repository, 'refs/namespaces', commit, 'refs/heads/version-15'), ''),
      ],
      [
        'a shallow file of another kind',
        async ({ repository }) => writeFile(join(repository, 'shallow'), '\0\0\0\n'),
      ],
      ['a shallow file that is gone', async ({ repository }) => rm(join(repository, 'shallow'))],
      ['a config that is empty', async ({ repository }) => writeFile(join(repository, 'config'), '')],
      ['a config of another kind', async ({ repository }) => writeFile(join(repository, 'config'), '[[[')],
      ['a HEAD that is gone', async ({ repository }) => rm(join(repository, 'HEAD'))],
      [
        'everything but the folder',
        async ({ repository }) => {
          await rm(repository, { recursive: true });
          await mkdir(repository);
        },
      ],
    ])('%s is found and repaired', async (_what, damage) => {
      const app = await world.resolve();
      for (let time = 1; time < fetches; time += 1) await world.openMirror().fetch(app);
      const source = await world.openMirror().fetch(app);
      await damage(source);
      const again = await world.openMirror().fetch(app);
      await expectWhole(again);
      expect((await world.openMirror().fetch(app)).origin).toBe('present');
      expect(await readdir(join(again.repository, 'incoming')).catch(() => [])).toEqual([]);
    });
  });

  test('is reported, and other commits of the repository are kept without the host', async () => {
    const first = await world.resolve();
    await world.openMirror().fetch(first);
    await world.app.commit({ files: { 'a.txt': 'second' } });
    const second = await world.resolve();
    const source = await world.openMirror().fetch(second);
    // The last bytes before the checksum: of the last object that the index lists in one of the packs.
    for (const index of await packsOf(source, '.idx')) await flipByte(index, (await stat(index)).size - 5);
    await world.server.close();
    const repaired = await world.openMirror().fetch(second);
    expect(repaired.notices.map(({ id }) => id)).toEqual(['mirror-mended']);
    expect(repaired.notices[0]?.why).toContain('All its commits are complete again');
    await expectWhole(repaired);
    const kept = await world.openMirror().fetch(first);
    expect(kept).toMatchObject({ origin: 'present', notices: [] });
    await expectWhole(kept);
  });

  test('that cannot be repaired: the files stay, and both reasons are reported', async () => {
    const app = await world.resolve();
    const source = await world.openMirror().fetch(app);
    const [pack = ''] = await packsOf(source);
    await flipByte(pack);
    const before = await readFile(pack);
    await world.server.close();
    const error = await failureOf(world.openMirror().fetch(app));
    expect(error.code).toBe('mirror-corrupt');
    expect(error.what).toContain(app.commit);
    expect(error.why).toContain('cannot be reached');
    expect(await readFile(pack)).toEqual(before);
  });

  test('of another commit only does not block the build of this one, when the host is unreachable', async () => {
    const first = await world.resolve();
    await world.openMirror().fetch(first);
    const packsBefore = new Set(await packsOf(await world.openMirror().fetch(first)));
    await world.app.commit({ files: { 'a.txt': 'second' } });
    const second = await world.resolve();
    const source = await world.openMirror().fetch(second);
    const [newer = ''] = (await packsOf(source)).filter((path) => !packsBefore.has(path));
    await flipByte(newer);
    await world.server.close();
    const kept = await world.openMirror().fetch(first);
    expect(kept).toMatchObject({ origin: 'present', notices: [] });
    await world.serve([kept], async ({ urlOf }) => {
      await git(['clone', '--quiet', urlOf(kept), join(world.folder, 'clone')]);
    });
    expect((await failureOf(world.openMirror().fetch(second))).code).toBe('mirror-corrupt');
  });
});

describe('damage that the file system knows nothing of', () => {
  test('is found and repaired when an old record is rebuilt, and reported before', async () => {
    const app = { ...(await world.resolve()), isRecorded: true };
    const source = await world.openMirror().fetch(app);
    expect(await world.openMirror().holds(app)).toBe(true);
    await flipByte((await packsOf(source))[0] ?? '');
    // As if the disk had forgotten it since the pin was last looked at.
    await (await openSeal(source.repository, app)).keep([]);
    expect(await world.openMirror().holds(app)).toBe(false);
    const repaired = await world.openMirror().fetch(app);
    expect(repaired.notices.map(({ id }) => id)).toEqual(['mirror-mended']);
    await expectWhole(repaired);
    expect(await world.openMirror().holds(app)).toBe(true);
  });

  test('a commit that was never fetched is not held, and asking for it makes nothing', async () => {
    expect(await world.openMirror().holds(await world.resolve())).toBe(false);
    expect(await readdir(world.mirrorFolder).catch(() => 'nothing')).toBe('nothing');
    expect(world.server.requests).toEqual([]);
  });
});

describe('what a dead run left', () => {
  test('locks of git that nobody holds go away', async () => {
    const app = await world.resolve();
    const source = await world.openMirror().fetch(app);
    for (const name of ['shallow.lock', 'HEAD.lock', 'packed-refs.lock', 'config.lock'])
      await writeFile(join(source.repository, name), '');
    await world.app.commit({ files: { 'a.txt': 'second' } });
    const next = await world.resolve();
    await mkdir(join(source.repository, 'refs/namespaces', next.commit, 'refs/heads'), { recursive: true });
    await writeFile(
      join(source.repository, 'refs/namespaces', next.commit, 'refs/heads/version-15.lock'),
      '',
    );
    await expectWhole(await world.openMirror().fetch(next));
    expect((await readdir(source.repository)).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  test('packs that were moved and not yet named are no obstacle', async () => {
    const app = await world.resolve();
    const { repository } = await world.openMirror().fetch(app);
    await git([
      '--git-dir',
      repository,
      'update-ref',
      '-d',
      `refs/namespaces/${app.commit}/refs/heads/version-15`,
    ]);
    await mkdir(join(repository, 'incoming', 'dead.git'), { recursive: true });
    for (const index of await packsOf({ repository } as PinnedSource, '.idx'))
      await rename(index, `${index}.gone`);
    const source = await world.openMirror().fetch(app);
    expect(source.origin).toBe('fetched');
    await expectWhole(source);
    expect(await readdir(join(repository, 'incoming'))).toEqual([]);
  });

  /** A git that kills its Nth caller. */
  async function makeDeadlyGit(): Promise<string> {
    const bin = join(world.folder, 'bin');
    await mkdir(bin);
    const script = `#!/bin/sh
count=$(($(cat "${bin}/count") + 1))
echo $count > "${bin}/count"
[ $count = "$(cat "${bin}/deadly")" ] && kill -9 $PPID && exit 9
PATH='${PATH}' exec git "$@"
`;
    await writeFile(join(bin, 'git'), script, { mode: 0o755 });
    return bin;
  }

  test('a kill -9 at any call of git: the next run brings it', async () => {
    const root = join(import.meta.dirname, '../..');
    const program = join(world.folder, 'fetch.mjs');
    await run(join(root, 'node_modules/.bin/esbuild'), [
      join(root, 'packages/core/src/git/mirror/mirror-store.ts'),
      '--bundle',
      '--platform=node',
      '--format=esm',
      `--outfile=${join(world.folder, 'mirror-store.mjs')}`,
    ]);
    const app = await world.resolve();
    await writeFile(
      program,
      `import { openMirror } from './mirror-store.mjs';
       const mirror = openMirror(process.argv[2], { environment: { PATH: process.argv[3] } });
       await mirror.fetch(JSON.parse(process.argv[4]));`,
    );
    const bin = await makeDeadlyGit();
    const outcomes: (number | null)[] = [];
    for (let call = 1; outcomes.at(-1) !== 0; call += 1) {
      await rm(world.mirrorFolder, { recursive: true, force: true });
      await writeFile(join(bin, 'count'), '0');
      await writeFile(join(bin, 'deadly'), String(call));
      const given = [program, world.mirrorFolder, `${bin}:${PATH}`, JSON.stringify(app)];
      outcomes.push(await run(process.execPath, given));
      const source = await world.openMirror().fetch(app);
      expect(await git(['--git-dir', source.repository, 'fsck', '--strict'])).toBe('');
      const head = `refs/namespaces/${app.commit}/HEAD`;
      expect(await git(['--git-dir', source.repository, 'rev-parse', head])).toBe(app.commit);
    }
    // Killed at every call but in the last round, which had fewer.
    expect(outcomes.slice(0, -1)).toEqual(Array(outcomes.length - 1).fill(null));
    expect(outcomes.length).toBeGreaterThan(10);
  });
});

/** The exit code; `null` when it was killed. */
function run(program: string, args: readonly string[]): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'ignore', env: { PATH } });
    child.on('error', reject);
    child.on('close', resolve);
  });
}

describe('many at once', () => {
  test('of one commit: one fetches, the others find it there', async () => {
    const app = await world.resolve();
    const sources = await Promise.all(Array.from({ length: 8 }, () => world.openMirror().fetch(app)));
    expect(sources.map(({ origin }) => origin).sort()).toEqual(['fetched', ...Array(7).fill('present')]);
    expect(world.server.requests.length).toBe(3);
  });

  test('of several commits of one repository: all are there', async () => {
    const apps = [];
    for (let index = 0; index < 5; index += 1) {
      await world.app.commit({ files: { n: String(index) } });
      apps.push(await world.resolve());
    }
    const sources = await Promise.all(apps.map((app) => world.openMirror().fetch(app)));
    for (const source of sources) await expectWhole(source);
    for (const app of apps) expect((await world.openMirror().fetch(app)).origin).toBe('present');
  });

  test('a release that waits too long for another fails', async () => {
    world.server.setFault('acme/warehouse', { kind: 'slow', delayMs: 3000 });
    const app = await world.resolve();
    const first = world.openMirror().fetch(app);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const error = await failureOf(world.openMirror({ timeoutSeconds: 1 }).fetch(app));
    expect(error.code).toBe('mirror-busy');
    world.server.clearFaults();
    expect((await first).origin).toBe('fetched');
  });
});

test.each([
  ['a file where the folder should be', async (path: string) => writeFile(path, '')],
  [
    'a link that leads nowhere',
    async (path: string) => (await import('node:fs/promises')).symlink('/nonexistent/x', path),
  ],
])('%s is reported', async (_what, spoil) => {
  await mkdir(join(world.mirrorFolder, '..'), { recursive: true });
  await spoil(world.mirrorFolder);
  const error = await failureOf(world.openMirror().fetch(await world.resolve()));
  expect(error.code).toBe('mirror-not-written');
  expect(error.exitCode).toBe(9);
});
