import type { ReleaseResult } from '@de-build/core';
import { expect, test } from '@jest/globals';
import { sampleManifest } from '../../../core/src/manifests/sample-manifest.fixture.ts';
import { createStyle } from '../terminal/style.ts';
import { textWidth } from '../terminal/text-width.ts';
import { releaseReport } from './build-report.ts';
import { listReport } from './list-report.ts';
import { showReport } from './show-report.ts';
import { writeText } from './text.ts';

const page = { style: createStyle(false) };
const now = new Date('2026-08-15T12:00:00Z');
const base = sampleManifest();

test('list', () => {
  const manifests = [
    sampleManifest({
      siteVersion: '1.10.0-rc.1',
      createdAt: '2026-08-15T11:59:40.000Z',
      frappe: null,
      apps: [],
    }),
    sampleManifest({ warnings: [{ id: 'w', what: 'x' }], timing: { ...base.timing, durationMs: 3_720_000 } }),
  ];
  expect(writeText(listReport(manifests, now), page)).toMatchInlineSnapshot(`
"VERSION      RELEASED (UTC)                 FRAPPE   APPS  IMAGE            SIZE    TOOK
1.10.0-rc.1  2026-08-15 11:59  just now     -           0  abababababab  1.23 GB  1m 12s
1.4.0        2026-08-01 10:00  2 weeks ago  15.40.1     1  abababababab  1.23 GB  1h 02m  1 warning
"
`);
  expect(writeText(listReport([], now), page)).toBe('No release is recorded yet.\n');
});

test('on a terminal a row is one line', () => {
  const text = writeText(listReport([base], now), { ...page, columns: 40 });
  expect(text.trimEnd().split('\n')).toHaveLength(2);
  for (const line of text.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(40);
});

test('show of a rebuilt release', () => {
  const rebuild = { of: base.image.id, verdict: 'equivalent', proof: 'All files are the same.' } as const;
  expect(writeText(showReport(sampleManifest({ rebuild }), now), page)).toContain(
    `rebuilt        equivalent to ${base.image.id}`,
  );
});

test('show', () => {
  const apps = [
    { ...(base.apps[0] as (typeof base.apps)[number]), name: '東京_app', version: null },
    ...base.apps,
  ];
  expect(
    writeText(
      showReport(sampleManifest({ apps, warnings: [{ id: 'w', what: 'take\ncare\x1b' }] }), now),
      page,
    ),
  ).toMatchInlineSnapshot(`
"acme/erp:1.4.0
  released       2026-08-01T10:00:00.000Z (2 weeks ago)
  took           1m 12s
  image          sha256:abababababababababababababababababababababababababababababababab
  size           1.23 GB, linux/amd64
  tags           acme/erp:1.4.0
  site           0123456789ab on main
  Containerfile  images/custom/Containerfile, sha256:abababababababababababababababababababababababababababababababab
                 (apps by secret)
  context        12 files, 3.46 kB sent, sha256:abababababababababababababababababababababababababababababababab
  cache          used (CACHE_BUST)
  built by       buildkit of docker 28.5.1, de-build 0.1.0
  plan           sha256:abababababababababababababababababababababababababababababababab

Apps
  NAME      VERSION  REF         KIND    COMMIT        FROM
  frappe    15.40.1  version-15  branch  0123456789ab  https://github.com/frappe/frappe
  東京_app  -        v15.38.0    tag     0123456789ab  https://github.com/frappe/erpnext
  erpnext   15.38.0  v15.38.0    tag     0123456789ab  https://github.com/frappe/erpnext

Build args
  NAME            VALUE       FROM
  PYTHON_VERSION  3.11.9      env
  FRAPPE_PATH     [redacted]  config

Base images
  REFERENCE             DIGEST
  debian:bookworm-slim  sha256:abababababababababababababababababababababababababababababababab

Steps
    TOOK  STEP
  1m 01s  [builder 2/4] RUN bench init
  cached  [builder 1/4] FROM debian:bookworm-slim

Warnings
  w  take care\\x1b
"
`);
});

test('what the Containerfile clones', () => {
  const manifest = sampleManifest({
    repositories: [
      {
        url: 'https://github.com/frappe/hrms',
        ref: 'v15',
        kind: 'tag',
        commit: 'a'.repeat(40),
        line: 9,
        app: 'hrms',
      },
    ],
    unpinnedRepositories: [{ url: 'https://git.example/acme/tool', ref: null, line: 12 }],
  });
  const text = writeText(showReport(manifest, now), page);
  expect(text.slice(text.indexOf('Cloned by'), text.indexOf('Build args'))).toMatchInlineSnapshot(`
"Cloned by the Containerfile
  LINE  REF  KIND  COMMIT        FROM
  9     v15  tag   aaaaaaaaaaaa  https://github.com/frappe/hrms

Cloned by the Containerfile, not pinned
  LINE  REF  FROM
  12    -    https://git.example/acme/tool

"
`);
  const released = { reference: 'acme/erp:1.4.0', imageId: 'sha256:ab', manifestPath: 'm.json', manifest };
  expect(writeText(releaseReport(released as ReleaseResult), page)).toMatch(
    /hrms aaaaaaaa\n +not pinned +https:\/\/git.example\/acme\/tool\n/,
  );
});

test('show of a release with leaks: one for each secret, its first places, and how many more there are', () => {
  const row = { severity: 'error', secret: 'PAT', form: 'raw, base64', count: 2 } as const;
  const rows = Array.from({ length: 40 }, (_, index) => ({ ...row, where: `logs/${index}` }));
  const token = 'a token of GitHub (ghp_…)';
  const other = { severity: 'warning', secret: token, form: 'token-shaped', where: 'a', count: 1 } as const;
  const found = { secrets: 2, weak: ['DB_PASSWORD'], leaks: [...rows, other], omitted: 3, unread: 1 };
  const layers = { searched: 3, of: 3 };
  const audit = { mode: 'warn', outcome: 'leaks', layers, searchVersion: 4, ...found } as const;
  const text = writeText(showReport(sampleManifest({ audit }), now), page);
  expect(text).toContain(
    'searched for 2 secrets: 1 found; 1 packed file not searched completely; DB_PASSWORD too weak',
  );
  expect(text.slice(text.indexOf('Leaks'))).toMatchInlineSnapshot(`
"Leaks
  ✗ PAT in 40 places
      logs/0: raw, base64, 2 times
      logs/1: raw, base64, 2 times
      logs/2: raw, base64, 2 times
      logs/3: raw, base64, 2 times
      logs/4: raw, base64, 2 times
      … and 35 more places
  ! a token of GitHub (ghp_…) in 1 place
      a: token-shaped
  … and 3 more places
"
`);
});
