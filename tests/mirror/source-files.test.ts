import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { arrangeSources } from '../../packages/core/src/git/mirror/source-files.ts';
import { createAppRepository } from '../../packages/testbed/src/git-repository.ts';
import { git, type MirrorWorld, makeMirrorWorld } from './mirror-world.ts';

jest.setTimeout(60_000);

let world: MirrorWorld;
beforeEach(async () => {
  world = await makeMirrorWorld();
});
afterEach(() => world.remove());

let clones = 0;
/** Clones as bench does, with more options; gives the folder. */
async function clone(url: string, options: readonly string[] = []): Promise<string> {
  clones += 1;
  const folder = join(world.folder, `clone-${clones}`);
  await git(['clone', '--quiet', ...options, '--origin', 'upstream', '--', url, folder]);
  return folder;
}
const inside = (folder: string, ...args: string[]): Promise<string> => git(['-C', folder, ...args]);

describe('a clone', () => {
  test.each([
    ['as bench makes it', ['--branch', 'version-15', '--depth', '1']],
    ['with its history', ['--branch', 'version-15']],
    ['of what HEAD names', []],
    ['by the old protocol', ['-c', 'protocol.version=0', '--branch', 'version-15']],
  ])('%s gets the pinned commit, although upstream has moved and gone', async (_what, options) => {
    await world.app.commit({ files: { 'a.txt': 'pinned' } });
    const app = await world.resolve();
    const mirror = world.openMirror();
    const source = await mirror.fetch(app);
    await world.app.commit({ files: { 'a.txt': 'moved on' } });
    await world.server.close();
    await world.serve([source], async (served) => {
      const folder = await clone(served.urlOf(source), options);
      expect(await inside(folder, 'rev-parse', 'HEAD')).toBe(app.commit);
      expect(await inside(folder, 'rev-parse', 'version-15')).toBe(app.commit);
      expect(await inside(folder, 'status', '--short', '--branch')).toBe(
        '## version-15...upstream/version-15',
      );
      expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('pinned');
      expect(await inside(folder, 'fsck', '--strict')).toBe('');
    });
  });

  test.each([
    ['light', false],
    ['annotated', true],
  ])('of a %s tag gets what upstream would give', async (_what, annotated) => {
    await world.app.tag('v15.0.0', { annotated });
    const app = await world.resolve('v15.0.0');
    const mirror = world.openMirror();
    const source = await mirror.fetch(app);
    const fromUpstream = await clone(app.url, ['--branch', 'v15.0.0', '--depth', '1']);
    await world.serve([source], async (served) => {
      const folder = await clone(served.urlOf(source), ['--branch', 'v15.0.0', '--depth', '1']);
      for (const name of ['v15.0.0', 'HEAD', 'v15.0.0^{commit}'])
        expect(await inside(folder, 'rev-parse', name)).toBe(await inside(fromUpstream, 'rev-parse', name));
      expect(await inside(folder, 'rev-parse', 'v15.0.0')).toBe(app.tagObject ?? app.commit);
      expect(await inside(folder, 'describe', '--always')).toBe(
        await inside(fromUpstream, 'describe', '--always'),
      );
    });
  });

  test('of each of two commits of one repository gets its own', async () => {
    const mirror = world.openMirror();
    const first = await mirror.fetch(await world.resolve());
    await world.app.commit({ files: { 'a.txt': 'second' } });
    const second = await mirror.fetch(await world.resolve());
    await world.serve([first, second], async (served) => {
      for (const source of [first, second]) {
        const folder = await clone(served.urlOf(source), ['--branch', 'version-15']);
        expect(await inside(folder, 'rev-parse', 'HEAD')).toBe(source.commit);
        expect(await inside(folder, 'for-each-ref', '--format=%(objectname)')).not.toMatch(
          source === first ? second.commit : first.commit,
        );
      }
    });
  });

  test('shows the names of this build alone, whatever else the commit was pinned as', async () => {
    const mirror = world.openMirror();
    await world.app.tag('v15.0.0', { annotated: true });
    await mirror.fetch(await world.resolve('v15.0.0'));
    const source = await mirror.fetch(await world.resolve());
    await world.serve([source], async (served) => {
      const refs = await git(['ls-remote', served.urlOf(source)]);
      // git names the HEAD of a namespace twice.
      expect([...new Set(refs.split('\n'))]).toEqual([
        `${source.commit}\tHEAD`,
        `${source.commit}\trefs/heads/version-15`,
      ]);
    });
  });

  test("keeps the repository's own name, dots, groups and ending included", async () => {
    const upstream = join(world.folder, 'upstream');
    const mirror = world.openMirror();
    for (const [name, ending] of [
      ['group/sub/my.app', '.git'],
      ['acme/warehouse', '/'],
    ] as const) {
      if (name !== 'acme/warehouse')
        await createAppRepository(upstream, { name, defaultBranch: 'version-15' });
      const commit = await git(['--git-dir', join(upstream, `${name}.git`), 'rev-parse', 'HEAD']);
      const url = `${world.server.url}/${name}${ending}`;
      const source = await mirror.fetch({ url, ref: 'version-15', kind: 'branch', commit });
      await world.serve([source], async (served) => {
        const path = `/${commit}/${name}${ending === '/' ? '' : ending}`;
        expect(served.urlOf(source)).toBe(`file://${served.folder}${path}`);
        await clone(served.urlOf(source));
        await clone(`file://${served.folder}${path.replace(/\.git$/, '')}.git`);
      });
    }
  });

  test("of two hosts' repositories of one name and commit gets each its own", async () => {
    const mirror = world.openMirror();
    const app = await world.resolve();
    const one = await mirror.fetch(app);
    await git(['--git-dir', world.app.folder, 'update-ref', 'refs/heads/fork', app.commit]);
    const other = await mirror.fetch({ ...app, url: app.url.replace('127.0.0.1', 'localhost'), ref: 'fork' });
    await world.serve([one, other], async (served) => {
      expect(served.urlOf(one)).not.toBe(served.urlOf(other));
      expect(served.urlOf(other)).toMatch(/\/acme\/warehouse$/);
      await clone(served.urlOf(one), ['--branch', 'version-15']);
      await clone(served.urlOf(other), ['--branch', 'fork']);
    });
  });

  test('twenty at once', async () => {
    const mirror = world.openMirror();
    const source = await mirror.fetch(await world.resolve());
    await world.serve([source], async (served) => {
      const folders = await Promise.all(
        Array.from({ length: 20 }, () =>
          clone(served.urlOf(source), ['--branch', 'version-15', '--depth', '1']),
        ),
      );
      const commits = await Promise.all(folders.map((folder) => inside(folder, 'rev-parse', 'HEAD')));
      expect(new Set(commits)).toEqual(new Set([source.commit]));
    });
  });
});

test('the same commits give the same files, whatever else the mirror has fetched since', async () => {
  const app = await world.resolve();
  const first = arrangeSources([await world.openMirror().fetch(app)]);
  await world.app.commit({ files: { 'a.txt': 'moved on' } });
  await world.openMirror().fetch(await world.resolve());
  const again = arrangeSources([await world.openMirror().fetch(app)]);
  expect(again.files).toEqual(first.files);
});
