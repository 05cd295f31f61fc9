import type { ReleaseDiff } from '@de-build/core';
import { expect, test } from '@jest/globals';
import { createStyle } from '../terminal/style.ts';
import { diffReport } from './diff-report.ts';
import { writeMarkdown } from './markdown.ts';
import { writeText } from './text.ts';

const textOf = (found: ReleaseDiff) => writeText(diffReport(found), { style: createStyle(false) });
const notesOf = (found: ReleaseDiff) => writeMarkdown(diffReport(found));
const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const URL_OF_ERPNEXT = 'https://github.com/frappe/erpnext';

const diff: ReleaseDiff = {
  from: {
    siteVersion: '1.4.0',
    createdAt: '2026-08-01T10:00:00.000Z',
    reference: 'acme/erp:1.4.0',
    imageId: `sha256:${'a'.repeat(64)}`,
    sizeBytes: 1_200_000_000,
  },
  to: {
    siteVersion: '1.5.0',
    createdAt: '2026-08-15T10:00:00.000Z',
    reference: 'acme/erp:1.5.0',
    imageId: `sha256:${'b'.repeat(64)}`,
    sizeBytes: 1_250_000_000,
  },
  apps: {
    added: [
      {
        name: 'hrms',
        url: 'https://github.com/frappe/hrms',
        ref: 'version-15',
        commit: A,
        version: '15.1.0',
      },
    ],
    removed: [],
    moved: [
      {
        name: 'erpnext',
        from: { name: 'erpnext', url: URL_OF_ERPNEXT, ref: 'v15.38.0', commit: A, version: '15.38.0' },
        to: { name: 'erpnext', url: URL_OF_ERPNEXT, ref: 'v15.39.0', commit: B, version: '15.39.0' },
        compareUrl: `${URL_OF_ERPNEXT}/compare/${A}...${B}`,
        commits: {
          known: true,
          ahead: 2,
          behind: 0,
          subjects: ['fix: *stars* <script> | bars, thanks @someone', 'feat: more'],
        },
        changedFiles: ['erpnext/patches.txt', 'erpnext/x.py'],
      },
    ],
    same: ['frappe'],
  },
  baseImages: [
    { name: 'debian:bookworm-slim', from: `sha256:${'c'.repeat(64)}`, to: `sha256:${'d'.repeat(64)}` },
  ],
  buildArgs: [{ name: 'PYTHON_VERSION', from: '3.11.9', to: '3.12.1' }],
  inputs: [],
  packages: {
    known: true,
    changes: [
      { ecosystem: 'python', name: 'requests', from: '2.31.0', to: '2.32.0' },
      { ecosystem: 'node', name: '@vue/shared', from: null, to: '3.4.0' },
    ],
  },
  deployment: {
    verdict: 'irreversible-without-backup',
    reasons: [
      {
        app: 'erpnext',
        weight: 'irreversible-without-backup',
        file: 'erpnext/patches.txt',
        why: '1 patch is new: a.b.',
      },
    ],
    unknown: [{ app: 'hrms', why: 'The mirror lacks the files of its two commits.' }],
  },
};

test('text', () => {
  expect(textOf(diff)).toMatchInlineSnapshot(`
"1.4.0 → 1.5.0
  released  2026-08-15, after 1.4.0 of 2026-08-01
  image     sha256:aaaaaaaaaaaa → sha256:bbbbbbbbbbbb
  size      1.25 GB, 50.0 MB larger

Deployment: cannot be undone without a backup
  Back up before you deploy it: only that backup leads back to the older release.
  APP      FILE                 REASON
  erpnext  erpnext/patches.txt  1 patch is new: a.b.
  ? hrms: The mirror lacks the files of its two commits.

Apps
     APP      BEFORE                          NOW
  ~  erpnext  15.38.0, v15.38.0 aaaaaaaaaaaa  15.39.0, v15.39.0 bbbbbbbbbbbb
  +  hrms                                     15.1.0, version-15 aaaaaaaaaaaa
  1 app unchanged: frappe

  erpnext: 2 commits, 2 files changed
    https://github.com/frappe/erpnext/compare/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
    • fix: *stars* <script> | bars, thanks @someone
    • feat: more

Base images
  IMAGE                 BEFORE               NOW
  debian:bookworm-slim  sha256:cccccccccccc  sha256:dddddddddddd

Build args
  BUILD ARG       BEFORE  NOW
  PYTHON_VERSION  3.11.9  3.12.1

Packages
          PACKAGE      BEFORE  NOW
  python  requests     2.31.0  2.32.0
  node    @vue/shared          3.4.0
"
`);
});

test('release notes', () => {
  expect(notesOf(diff)).toMatchInlineSnapshot(`
"# 1.4.0 → 1.5.0

- released: 2026-08-15, after 1.4.0 of 2026-08-01
- image: sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa → sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
- size: 1.25 GB, 50.0 MB larger

## Deployment: cannot be undone without a backup

Back up before you deploy it: only that backup leads back to the older release.

| app | file | reason |
| --- | --- | --- |
| erpnext | \`erpnext/patches.txt\` | 1 patch is new: a.b. |

- ? hrms: The mirror lacks the files of its two commits.

## Apps

|  | app | before | now |
| --- | --- | --- | --- |
| \\~ | erpnext | 15.38.0, v15.38.0 \`aaaaaaaaaaaa\` | 15.39.0, v15.39.0 \`bbbbbbbbbbbb\` |
| + | hrms |  | 15.1.0, version-15 \`aaaaaaaaaaaa\` |

1 app unchanged: frappe

### erpnext: 2 commits, 2 files changed

[https://github.com/frappe/erpnext/compare/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb](<https://github.com/frappe/erpnext/compare/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb>)

- fix: \\*stars\\* \\<script\\> \\| bars, thanks &#64;someone
- feat: more

## Base images

| image | before | now |
| --- | --- | --- |
| debian:bookworm-slim | sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc | sha256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd |

## Build args

| build arg | before | now |
| --- | --- | --- |
| PYTHON\\_VERSION | 3.11.9 | 3.12.1 |

## Packages

|  | package | before | now |
| --- | --- | --- | --- |
| python | requests | 2.31.0 | 2.32.0 |
| node | &#64;vue/shared |  | 3.4.0 |
"
`);
});

test('two equal releases are reported in a few lines', () => {
  const none = { added: [], removed: [], moved: [], same: ['frappe', 'erpnext'] };
  const same: ReleaseDiff = {
    ...diff,
    to: diff.from,
    apps: none,
    baseImages: [],
    buildArgs: [],
    packages: { known: true, changes: [] },
    deployment: { verdict: 'pull-only', reasons: [], unknown: [] },
  };
  expect(textOf(same)).toMatchInlineSnapshot(`
"1.4.0 → 1.4.0
  released  2026-08-01, after 1.4.0 of 2026-08-01
  image     sha256:aaaaaaaaaaaa → sha256:aaaaaaaaaaaa
  size      1.20 GB, the same size

Deployment: pull only
  New containers are enough; there is nothing to migrate.

Apps
  2 apps unchanged: frappe, erpnext
"
`);
  expect(notesOf(same)).toMatchInlineSnapshot(`
"# 1.4.0 → 1.4.0

- released: 2026-08-01, after 1.4.0 of 2026-08-01
- image: sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa → sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
- size: 1.20 GB, the same size

## Deployment: pull only

New containers are enough; there is nothing to migrate.

## Apps

2 apps unchanged: frappe, erpnext
"
`);
});

test('control characters of a commit are shown, never interpreted', () => {
  const [moved] = diff.apps.moved;
  if (moved === undefined) throw new Error('An app moved.');
  const hostile = {
    ...diff,
    apps: {
      ...diff.apps,
      moved: [
        {
          ...moved,
          commits: { known: true as const, ahead: 1, behind: 0, subjects: ['x\x1b]52;c;aGk=\x07\ny'] },
        },
      ],
    },
  };
  for (const text of [textOf(hostile), notesOf(hostile)]) {
    expect(text).not.toContain('\x1b');
    expect(text).not.toContain('\x07');
  }
});
