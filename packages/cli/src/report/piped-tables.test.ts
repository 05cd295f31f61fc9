import type { ListedApp, Manifest, ReleaseDiff, RestoredRelease } from '@de-build/core';
import { expect, test } from '@jest/globals';
import { sampleManifest } from '../../../core/src/manifests/sample-manifest.fixture.ts';
import { createStyle } from '../terminal/style.ts';
import { textWidth } from '../terminal/text-width.ts';
import { appsReport } from './apps-report.ts';
import { archiveReport, restoreReport, retagReport } from './archive-report.ts';
import { releaseReport } from './build-report.ts';
import { diffReport } from './diff-report.ts';
import { listReport } from './list-report.ts';
import type { Facts, Part, Report, Table } from './model.ts';
import { PIPED_TABLE } from './page.ts';
import { prunedMirrorReport, pruneReport } from './prune-report.ts';
import { showReport } from './show-report.ts';
import { writeText } from './text.ts';

const page = { style: createStyle(false) };
const now = new Date('2026-08-15T12:00:00Z');
const NAME = 'a_long_name_'.repeat(12);
const URL = `https://git.example.com/${'group/'.repeat(30)}the-last-part`;
const WORDS = 'some words of a long sentence '.repeat(8);
const DIGEST = `sha256:${'ab'.repeat(32)}`;
const COMMIT = 'c'.repeat(40);
const REFERENCE = `registry.example.com/${NAME}:1.4.0`;
const BY_DIGEST = `registry.example.com/${NAME}@${DIGEST}`;

const app = { name: NAME, url: URL, ref: NAME, kind: 'branch', commit: COMMIT, version: NAME } as const;
const manifest: Manifest = sampleManifest({
  siteVersion: NAME,
  frappe: app,
  apps: [app],
  unplannedApps: [{ name: NAME, version: NAME, ref: NAME, commit: COMMIT }],
  buildArgs: { [NAME]: { value: WORDS, source: 'config' } },
  warnings: [{ id: NAME, what: `${WORDS} ${URL}` }],
  containerfile: { path: `images/${NAME}/Containerfile`, digest: DIGEST },
  image: {
    ...sampleManifest().image,
    tags: [REFERENCE, REFERENCE],
    baseImages: [{ reference: REFERENCE, digest: DIGEST, isFinal: true }],
  },
  timing: {
    ...sampleManifest().timing,
    steps: [{ name: `[builder 2/4] RUN ${WORDS}\n${WORDS}`, durationMs: 1, cached: false }],
  },
});

const listed: ListedApp = {
  ...{ name: NAME, url: URL, ref: NAME, state: 'rewritten', compareUrl: URL },
  released: { commit: COMMIT, ref: NAME, version: NAME },
  now: { commit: COMMIT, kind: 'branch' },
  commits: { known: true, ahead: 1, behind: 2, subjects: [] },
  newestTag: NAME,
  hasNewerTag: true,
};

const side = {
  ...{ siteVersion: NAME, createdAt: '2026-08-01T10:00:00.000Z', reference: REFERENCE },
  ...{ imageId: DIGEST, sizeBytes: 1 },
};
const change = { name: NAME, from: URL, to: BY_DIGEST };
const diff: ReleaseDiff = {
  ...{ from: side, to: side },
  apps: {
    ...{ added: [app], removed: [app], same: [NAME] },
    moved: [
      {
        ...{ name: NAME, from: app, to: { ...app, url: `${URL}/2` }, compareUrl: URL, changedFiles: null },
        commits: { known: false, why: WORDS },
      },
    ],
  },
  ...{ baseImages: [change], buildArgs: [change], inputs: [change] },
  packages: { known: true, changes: [{ ecosystem: 'python', name: NAME, from: NAME, to: NAME }] },
  deployment: {
    verdict: 'migrate-needed',
    reasons: [{ app: NAME, file: `${URL}/patches.txt`, why: WORDS }],
    unknown: [],
  },
} as unknown as ReleaseDiff;

const restored: RestoredRelease = {
  ...{ dryRun: false, reference: REFERENCE, imageId: DIGEST, isRenamed: true, method: 'archive' },
  attempts: [
    { method: 'registry', from: BY_DIGEST, state: 'failed', why: WORDS },
    { method: 'archive', from: `/mnt/${NAME}/${NAME}.tar.gz`, state: 'used' },
  ],
  ...{ keptAside: REFERENCE, rebuilt: undefined },
};
const archived = { dryRun: false, alreadyArchived: false, reference: REFERENCE, imageId: DIGEST, to: NAME };
const file = { kind: 'file', path: `/mnt/${URL}`, sizeBytes: 1, sha256: DIGEST, layout: 'oci' };

test.each<[string, Report, ...string[]]>([
  ['list', listReport([manifest], now)],
  ['show', showReport(manifest, now), 'the-last-part'],
  ['release', releaseReport({ manifest, reference: REFERENCE, imageId: DIGEST, manifestPath: URL } as never)],
  [
    'apps',
    appsReport(
      {
        ...{ release: NAME, apps: [listed], outdated: 1, problems: [], unreadableRecords: [] },
        baseImages: [
          { reference: REFERENCE, state: 'unknown', released: DIGEST, now: null, from: null, why: WORDS },
        ],
        outdatedBaseImages: 0,
      },
      true,
    ),
    'force-pushed, newer tag',
  ],
  ['diff', diffReport(diff)],
  ['restore', restoreReport(restored)],
  ['restore --dry-run', restoreReport({ ...restored, dryRun: true })],
  [
    'retag',
    retagReport({
      ...{ dryRun: true, inOrder: [], absent: [], problems: [] },
      images: [{ siteVersion: NAME, reference: REFERENCE, imageId: DIGEST, state: 'held', heldBy: DIGEST }],
    }),
  ],
  ['archive', archiveReport({ ...archived, archive: file, recordedIn: URL } as never), 'the-last-part'],
  [
    'prune',
    pruneReport({
      ...{ dryRun: true, freedBytes: 1, before: 2, after: 1 },
      records: [{ id: NAME, type: 'regular', description: WORDS, sizeBytes: 1 }],
    } as never),
  ],
  [
    'prune --mirror',
    prunedMirrorReport({
      ...{ dryRun: true, pins: 1, freedBytes: 1 },
      repositories: [{ name: URL, dropped: [COMMIT], kept: 1, isDamaged: true, freedBytes: 1 }],
    }),
    'the-last-part',
  ],
])('the tables of %s fit a pipe', (_, report, ...shown) => {
  const tables = report.parts.flatMap(tablesOf);
  expect(tables.length).toBeGreaterThan(0);
  const text = tables.map((table) => writeText({ parts: [table] }, page)).join('');
  const widest = Math.max(...text.split('\n').map(textWidth));
  expect(widest).toBeLessThanOrEqual(PIPED_TABLE);
  // The values are long enough that something had to give.
  expect(widest).toBeGreaterThan(PIPED_TABLE - 10);
  for (const piece of shown) expect(text).toContain(piece);
});

function tablesOf(part: Part): readonly (Table | Facts)[] {
  if (part.kind === 'table' || part.kind === 'facts') return [part];
  if (part.kind === 'section') return part.parts.flatMap(tablesOf);
  if (part.kind === 'list') return part.items.flatMap(({ parts = [] }) => parts.flatMap(tablesOf));
  return [];
}
