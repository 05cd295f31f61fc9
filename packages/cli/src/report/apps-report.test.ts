import type { AppsReport, ListedApp, ListedBase } from '@de-build/core';
import { expect, test } from '@jest/globals';
import { createStyle } from '../terminal/style.ts';
import { appsReport } from './apps-report.ts';
import { writeText } from './text.ts';

const page = { style: createStyle(false) };
const text = (report: AppsReport, isOutdatedOnly: boolean) =>
  writeText(appsReport(report, isOutdatedOnly), page);
const A = 'a'.repeat(40);
const B = 'b'.repeat(40);

function listed(name: string, changes: Partial<ListedApp> = {}): ListedApp {
  return {
    name,
    url: `https://github.com/acme/${name}`,
    ref: 'version-15',
    state: 'same',
    released: { commit: A, ref: 'version-15', version: '15.1.0' },
    now: { commit: A, kind: 'branch' },
    commits: null,
    compareUrl: null,
    newestTag: 'v15.1.0',
    hasNewerTag: false,
    ...changes,
  };
}

const now = { commit: B, kind: 'branch' } as const;
const known = (ahead: number, behind: number) => ({ known: true, ahead, behind, subjects: [] }) as const;
const why = 'The host serves commits only together with their files.';

const report: AppsReport = {
  release: '1.4.0',
  outdated: 7,
  baseImages: [],
  outdatedBaseImages: 0,
  problems: [],
  unreadableRecords: [],
  apps: [
    listed('frappe'),
    listed('stock', { state: 'moved', now, commits: known(12, 0) }),
    listed('hr', { state: 'rewritten', now, commits: known(1, 2) }),
    listed('back', { state: 'moved', now, commits: known(0, 3) }),
    listed('far', { state: 'moved', now, commits: { known: false, why } }),
    listed('tagged', { newestTag: 'v15.2.0', hasNewerTag: true }),
    listed('fresh', { state: 'new', released: null, newestTag: null }),
    listed('gone', { state: 'removed', now: null, ref: null, newestTag: null }),
  ],
};

test('every state, and what could not be counted', () => {
  expect(text(report, false)).toMatchInlineSnapshot(`
"APP     REF         1.4.0         NOW           COMMITS  NEWEST TAG
frappe  version-15  aaaaaaaaaaaa  aaaaaaaaaaaa        -  v15.1.0
stock   version-15  aaaaaaaaaaaa  bbbbbbbbbbbb       12  v15.1.0     moved
hr      version-15  aaaaaaaaaaaa  bbbbbbbbbbbb    +1 -2  v15.1.0     force-pushed
back    version-15  aaaaaaaaaaaa  bbbbbbbbbbbb       -3  v15.1.0     moved
far     version-15  aaaaaaaaaaaa  bbbbbbbbbbbb        ?  v15.1.0     moved
tagged  version-15  aaaaaaaaaaaa  aaaaaaaaaaaa        -  v15.2.0     newer tag
fresh   version-15  -             aaaaaaaaaaaa        -  -           new
gone    version-15  aaaaaaaaaaaa  -                   -  -           removed

  ? far: The host serves commits only together with their files.

! 7 of 8 moved or have a newer tag since 1.4.0.
"
`);
});

test('only what is outdated', () => {
  const apps = report.apps.filter(({ name }) => name === 'stock');
  expect(text({ ...report, apps, outdated: 1 }, true)).toMatchInlineSnapshot(`
"APP    REF         1.4.0         NOW           COMMITS  NEWEST TAG
stock  version-15  aaaaaaaaaaaa  bbbbbbbbbbbb       12  v15.1.0     moved

! 1 app moved or has a newer tag since 1.4.0.
"
`);
});

test('base images, each with its state', () => {
  const digestOf = (digit: string) => `sha256:${digit.repeat(64)}`;
  const base = (reference: string, changes: Partial<ListedBase>): ListedBase => ({
    ...{ reference, state: 'same', released: digestOf('a'), now: digestOf('a'), from: 'registry', why: null },
    ...changes,
  });
  const baseImages = [
    base('frappe/build:v15', { state: 'moved', now: digestOf('b') }),
    base('frappe/base:v15', {}),
    base('acme/base:1', { from: 'engine' }),
    base('acme/tools:1', { state: 'moved', from: 'engine', now: digestOf('c') }),
    base('gone:1', { state: 'removed', now: null, from: null }),
    base('away.io/a:1', { state: 'unknown', now: null, from: null, why: 'The registry is off.' }),
  ];
  const apps = [listed('frappe')];
  expect(
    text({ ...report, apps, outdated: 0, baseImages, outdatedBaseImages: 3 }, false),
  ).toMatchInlineSnapshot(`
"APP     REF         1.4.0         NOW           COMMITS  NEWEST TAG
frappe  version-15  aaaaaaaaaaaa  aaaaaaaaaaaa        -  v15.1.0

Base images
  IMAGE             1.4.0                NOW
  frappe/build:v15  sha256:aaaaaaaaaaaa  sha256:bbbbbbbbbbbb  moved
  frappe/base:v15   sha256:aaaaaaaaaaaa  sha256:aaaaaaaaaaaa
  acme/base:1       sha256:aaaaaaaaaaaa  sha256:aaaaaaaaaaaa  only on the engine
  acme/tools:1      sha256:aaaaaaaaaaaa  sha256:cccccccccccc  moved, only on the engine
  gone:1            sha256:aaaaaaaaaaaa  -                    removed
  away.io/a:1       sha256:aaaaaaaaaaaa  -                    not known: The registry is off.

! 3 base images are others than in 1.4.0. \`de-build --pull\` builds with the newer ones of a registry.
"
`);
});

test.each<[Partial<AppsReport>, string]>([
  [{ apps: [listed('frappe')], outdated: 0 }, '✓ Nothing moved since 1.4.0.\n'],
  [{ apps: [], outdated: 0 }, '✓ Nothing moved since 1.4.0.\n'],
  [
    { apps: [listed('x', { state: 'new', released: null })], release: null, outdated: 1 },
    'No release is recorded yet; every app is new.\n',
  ],
])('a last line %#', (changes, line) => {
  expect(text({ ...report, ...changes }, false).endsWith(line)).toBe(true);
});

test('a name with control characters is shown, never interpreted', () => {
  const hostile = { ...report, apps: [listed('x\x1b[2J', { commits: { known: false, why: 'y\x07' } })] };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
  expect(text(hostile, false)).not.toMatch(/[\x07\x1b]/);
});
