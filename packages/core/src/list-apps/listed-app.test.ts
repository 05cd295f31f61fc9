import { describe, expect, test } from '@jest/globals';
import type { App, ResolvedApp } from '../apps/app.ts';
import type { CommitsBetween } from '../git/commits-between.ts';
import type { ManifestApp } from '../manifests/manifest.ts';
import { type ComparedApp, describeApp, describeRemoved, hasMoved, isOutdated } from './listed-app.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const url = 'https://github.com/acme/stock';
const app: App = {
  name: 'stock',
  url,
  ref: 'version-15',
  credential: undefined,
  line: 3,
  place: { file: 'apps.json', line: 3 },
};
const branchAt = (commit: string, ref = 'version-15'): ResolvedApp => ({
  ...app,
  ref,
  commit,
  kind: 'branch',
});
const recorded: ManifestApp = {
  name: 'stock',
  url,
  ref: 'version-15',
  kind: 'branch',
  commit: A,
  version: '15.2.0',
};
const between = (ahead: number, behind: number): CommitsBetween => ({
  known: true,
  ahead,
  behind,
  subjects: [],
});

function standing(changes: Partial<ComparedApp>): ComparedApp {
  return {
    app,
    resolved: branchAt(A),
    released: recorded,
    tags: ['v15.2.0'],
    commits: null,
    scheme: 'semver',
    ...changes,
  };
}

describe('the state of an app', () => {
  test.each<[string, Partial<ComparedApp>, string, boolean]>([
    ['stays', {}, 'same', false],
    ['moves on', { resolved: branchAt(B), commits: between(2, 0) }, 'moved', true],
    [
      'moves, nobody knows how far',
      { resolved: branchAt(B), commits: { known: false, why: 'No.' } },
      'moved',
      true,
    ],
    ['is force-pushed', { resolved: branchAt(B), commits: between(1, 2) }, 'rewritten', true],
    ['is taken back', { resolved: branchAt(B), commits: between(0, 2) }, 'rewritten', true],
    ['goes to another branch', { resolved: branchAt(B, 'develop'), commits: between(1, 2) }, 'moved', true],
    [
      'is another tag',
      { resolved: { ...branchAt(B, 'v15.1.0'), kind: 'tag' }, commits: between(0, 3) },
      'moved',
      true,
    ],
    [
      'comes from elsewhere',
      { released: { ...recorded, url: 'https://github.com/old/stock' } },
      'moved',
      true,
    ],
    ['is new', { released: undefined }, 'new', true],
    ['cannot be asked', { resolved: undefined, tags: [] }, 'unknown', false],
  ])('that %s', (_, changes, state, outdated) => {
    const listed = describeApp(standing(changes));
    expect(listed.state).toBe(state);
    expect(isOutdated(listed)).toBe(outdated);
  });

  test('that is gone', () => {
    const listed = describeRemoved(recorded);
    expect(listed).toMatchObject({ state: 'removed', ref: null, released: { commit: A }, now: null });
    expect(isOutdated(listed)).toBe(true);
  });
});

describe('the newest release tag', () => {
  const tags = ['v14.9.0', 'v15.1.0', 'v15.2.0', 'v15.3.0', 'v15.4.0-beta.1', 'v16.0.0', 'nightly'];
  test.each<[string, Partial<ComparedApp>, string | null, boolean]>([
    ['of a branch, against the version in the image', {}, 'v15.3.0', true],
    ['that the image has already', { released: { ...recorded, version: '15.3.0' } }, 'v15.3.0', false],
    ['where the image has no version', { released: { ...recorded, version: null } }, 'v15.3.0', false],
    ['of a branch without a line', { resolved: branchAt(A, 'main') }, 'v16.0.0', true],
    [
      'of a tag: of its major version',
      {
        resolved: { ...branchAt(A, 'v15.1.0'), kind: 'tag' },
        released: { ...recorded, ref: 'v15.1.0', version: null },
      },
      'v15.3.0',
      true,
    ],
    [
      'that was released by its name',
      {
        resolved: { ...branchAt(A, 'v15.3.0'), kind: 'tag' },
        released: { ...recorded, ref: 'v15.3.0', version: '15.0.0-dev' },
      },
      'v15.3.0',
      false,
    ],
    [
      'of what was never released',
      { released: undefined, resolved: { ...branchAt(A, 'v15.1.0'), kind: 'tag' } },
      'v15.3.0',
      true,
    ],
    ['where there are none', { tags: ['nightly'] }, null, false],
  ])('%s', (_, changes, newestTag, hasNewerTag) => {
    expect(describeApp(standing({ tags, ...changes }))).toMatchObject({ newestTag, hasNewerTag });
  });
});

test('an app with commits between has a comparison URL, within one repository', () => {
  const moved = { resolved: branchAt(B), commits: between(1, 0) };
  expect(describeApp(standing(moved)).compareUrl).toBe(`${url}/compare/${A}...${B}`);
  const elsewhere = { ...moved, released: { ...recorded, url: 'https://github.com/old/stock' } };
  expect(describeApp(standing(elsewhere)).compareUrl).toBeNull();
  expect(describeApp(standing({})).compareUrl).toBeNull();
  expect(hasMoved(standing({}))).toBe(false);
  expect(hasMoved(standing(moved))).toBe(true);
});
