import { describe, expect, test } from '@jest/globals';
import { gitRepositoryNotFound } from '../errors/git-failures.ts';
import type { GitRemote, RemoteRefs, Repository } from '../git/remote.ts';
import type { App } from './app.ts';
import { nearestNames } from './nearest-names.ts';
import { newestReleaseTag } from './release-tag.ts';
import { resolveApps } from './resolve-apps.ts';

function appOf(name: string, ref: string | undefined, line = 1): App {
  const place = { file: 'apps.json', line };
  return { name, url: `https://github.com/acme/${name}`, ref, credential: undefined, line, place };
}
function refsOf(
  branches: Record<string, string>,
  tags: RemoteRefs['tags'] = new Map(),
  defaultBranch?: string,
): RemoteRefs {
  return {
    branches: new Map(Object.entries(branches)),
    tags,
    ...(defaultBranch === undefined ? {} : { defaultBranch }),
  };
}
function remoteOf(refs: Record<string, RemoteRefs>): GitRemote & { asked: Repository[]; most: number } {
  let now = 0;
  const remote = {
    asked: [] as Repository[],
    most: 0,
    async listRefs(repository: Repository): Promise<RemoteRefs> {
      remote.asked.push(repository);
      now += 1;
      remote.most = Math.max(remote.most, now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now -= 1;
      const found = refs[repository.url.split('/').at(-1) ?? ''];
      if (found === undefined) throw gitRepositoryNotFound(repository);
      return found;
    },
  };
  return remote;
}

describe('resolveApps', () => {
  test('branch, tag, annotated tag, default branch', async () => {
    const remote = remoteOf({
      a: refsOf({ main: 'c1' }),
      b: refsOf({}, new Map([['light', { commit: 'c2' }]])),
      c: refsOf({}, new Map([['heavy', { commit: 'c3', tagObject: 't3' }]])),
      d: refsOf({ develop: 'c4', main: 'c5' }, new Map(), 'develop'),
    });
    const { resolved, findings } = await resolveApps(
      [appOf('a', 'main'), appOf('b', 'light'), appOf('c', 'heavy'), appOf('d', undefined)],
      remote,
    );
    expect(findings).toEqual([]);
    expect(resolved).toMatchObject([
      { name: 'a', ref: 'main', commit: 'c1', kind: 'branch' },
      { name: 'b', ref: 'light', commit: 'c2', kind: 'tag' },
      { name: 'c', ref: 'heavy', commit: 'c3', kind: 'tag', tagObject: 't3' },
      { name: 'd', ref: 'develop', commit: 'c4', kind: 'branch' },
    ]);
    expect(remote.asked.map(({ withDefaultBranch }) => withDefaultBranch ?? false)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  test('a branch takes precedence over a tag of its name, with a warning when they differ', async () => {
    const remote = remoteOf({ a: refsOf({ x: 'c1' }, new Map([['x', { commit: 'c2' }]])) });
    const { resolved, findings } = await resolveApps([appOf('a', 'x')], remote);
    expect(resolved).toMatchObject([{ kind: 'branch', commit: 'c1' }]);
    expect(findings).toMatchObject([{ id: 'ref-ambiguous', severity: 'warning', subject: 'a' }]);
  });

  test('a moving branch where releases are tagged', async () => {
    const tags = new Map([
      ['v15.9.0', { commit: 'c1' }],
      ['v15.10.0', { commit: 'c2' }],
      ['v16.0.0', { commit: 'c3' }],
    ]);
    const remote = remoteOf({ a: refsOf({ 'version-15': 'c2', 'version-14': 'c0' }, tags) });
    const { findings } = await resolveApps([appOf('a', 'version-15'), appOf('a', 'version-14', 2)], remote);
    expect(findings).toMatchObject([{ id: 'branch-moves', severity: 'warning', line: 1 }]);
    expect(findings[0]?.why).toContain('v15.10.0 is the same commit today');
  });

  test('a ref that is not there, with what is near', async () => {
    const remote = remoteOf({ a: refsOf({ 'version-15': 'c', main: 'c' }) });
    const { resolved, findings } = await resolveApps([appOf('a', 'version15', 7)], remote);
    expect(resolved).toEqual([]);
    expect(findings).toMatchObject([{ id: 'ref-not-found', severity: 'error', file: 'apps.json', line: 7 }]);
    expect(findings[0]?.why).toContain('version-15');
  });

  test('an empty repository has no default branch', async () => {
    const { findings } = await resolveApps([appOf('a', undefined)], remoteOf({ a: refsOf({}) }));
    expect(findings).toMatchObject([{ id: 'default-branch-missing' }]);
  });

  test('a repository is queried once, and fails once', async () => {
    const remote = remoteOf({ a: refsOf({ x: 'c1', y: 'c2' }) });
    const { resolved, findings } = await resolveApps(
      [
        appOf('a', 'x'),
        { ...appOf('a', 'y', 2), url: 'https://github.com/acme/a.git/' },
        appOf('no', 'x', 3),
        appOf('no', 'y', 4),
      ],
      remote,
    );
    expect(resolved.map(({ commit }) => commit)).toEqual(['c1', 'c2']);
    expect(remote.asked).toHaveLength(2);
    expect(findings).toMatchObject([{ id: 'git-repository-not-found', line: 3, subject: 'no' }]);
  });

  test('several at a time, up to the limit', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `app${index}`);
    const remote = remoteOf(Object.fromEntries(names.map((name) => [name, refsOf({ main: 'c' })])));
    const { resolved } = await resolveApps(
      names.map((name) => appOf(name, 'main')),
      remote,
      { concurrency: 3 },
    );
    expect(resolved.map(({ name }) => name)).toEqual(names);
    expect(remote.most).toBe(3);
  });

  test('a bug in the remote is not made a finding', async () => {
    const remote: GitRemote = { listRefs: () => Promise.reject(new TypeError('bug')) };
    await expect(resolveApps([appOf('a', 'x')], remote)).rejects.toThrow('bug');
  });
});

describe('newestReleaseTag', () => {
  const tags = ['v14.9.0', 'v15.2.0', 'v15.10.1', 'v15.11.0-beta.1', '16.0.0', 'v16.1', 'nightly', 'v2.1.5'];
  test.each([
    ['version-15', 'v15.10.1'],
    ['version-15-hotfix', 'v15.10.1'],
    ['v14', 'v14.9.0'],
    ['15.x', 'v15.10.1'],
    ['release/2.1', 'v2.1.5'],
    ['release/2.2', undefined],
    ['version-13', undefined],
    ['main', '16.0.0'],
    ['develop', '16.0.0'],
  ])('%s → %s', (branch, expected) => {
    expect(newestReleaseTag(branch, tags)).toBe(expected);
  });

  test('follows the scheme of the site, beside semantic versions', () => {
    const revisions = ['v15.2.3', 'v15.2.3-1', 'v15.2.3-2', 'v15.3.0-rc.1', 'v16.0.0-beta'];
    expect(newestReleaseTag('version-15', revisions)).toBe('v15.2.3');
    expect(newestReleaseTag('version-15', revisions, 'revision')).toBe('v15.2.3-2');
    expect(newestReleaseTag('main', ['2026.11.28', 'v2026.02.01', '1.0.0'], 'calver')).toBe('2026.11.28');
  });
});

describe('nearestNames', () => {
  const names = ['main', 'develop', 'version-14', 'version-15', 'v15.2.0', 'v15.10.0', 'hotfix'];
  test.each([
    ['version15', ['version-15', 'version-14']],
    ['Version-15', ['version-15', 'version-14']],
    ['15.10.0', ['v15.10.0', 'v15.2.0']],
    ['mian', ['main']],
    ['devlop', ['develop']],
    ['nothing-like-it', []],
  ])('%s', (wanted, expected) => {
    expect(nearestNames(wanted, names)).toEqual(expected);
  });
});
