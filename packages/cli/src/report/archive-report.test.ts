import type { ArchivedRelease, RestoredRelease, RetaggedImages } from '@de-build/core';
import { expect, test } from '@jest/globals';
import { createStyle } from '../terminal/style.ts';
import { archiveReport, restoreReport, retagReport } from './archive-report.ts';
import type { Report } from './model.ts';
import { writeText } from './text.ts';

const text = (report: Report) => writeText(report, { style: createStyle(false) });
const imageId = `sha256:${'0123456789ab'.padEnd(64, '0')}`;
const reference = 'acme/erp:1.4.0';
const facts = { imageId, createdAt: '2026-08-01T10:00:00.000Z', deBuildVersion: '0.1.0' };
const archived: ArchivedRelease = {
  dryRun: false,
  reference,
  imageId,
  to: '/mnt/backup',
  archive: {
    kind: 'file',
    path: '/mnt/backup/acme-erp_1.4.0_aaaaaaaaaaaa.tar.gz',
    sha256: 'a'.repeat(64),
    sizeBytes: 412_000_000,
    layout: 'oci',
    compression: 'gzip',
    ...facts,
  },
  alreadyArchived: false,
  recordedIn: '/srv/erp/build-manifests/1.4.0.archives.json',
};

test('an archive', () => {
  expect(text(archiveReport(archived))).toMatchSnapshot('file');
  const registry = {
    kind: 'registry',
    tag: 'registry.example.com/acme/erp:1.4.0',
    reference: `registry.example.com/acme/erp@sha256:${'b'.repeat(64)}`,
    ...facts,
  } as const;
  expect(
    text(archiveReport({ ...archived, archive: registry, alreadyArchived: true, recordedIn: undefined })),
  ).toMatchSnapshot('registry, archived before');
  expect(text(archiveReport({ ...archived, archive: undefined, dryRun: true }))).toBe(
    'Would archive acme/erp:1.4.0 to /mnt/backup. Nothing was changed.\n',
  );
});

const restored: RestoredRelease = {
  dryRun: false,
  reference,
  imageId,
  isRenamed: false,
  method: 'archive',
  attempts: [
    { method: 'retag', from: imageId, state: 'missing', why: 'No image on the engine has it.' },
    { method: 'archive', from: '/mnt/backup/erp\x1b.tar.gz', state: 'used' },
  ],
  keptAside: undefined,
  rebuilt: undefined,
};

test.each<[string, Partial<RestoredRelease>]>([
  ['from an archive', {}],
  [
    'that was there all the time',
    { method: 'local', attempts: [{ method: 'local', from: reference, state: 'used' }] },
  ],
  [
    'with another id, and another image aside',
    { isRenamed: true, keptAside: 'acme/erp:1.4.0-replaced-0123456789ab' },
  ],
  [
    'that was rebuilt, with the same files',
    {
      method: 'rebuild',
      rebuilt: {
        verdict: 'equivalent',
        proof: 'All 12 files are those of the recorded image.',
        comparedWith: 'image',
        apps: [],
        files: undefined,
        packages: { known: true, changes: [] },
        inputs: [],
        imageId,
        tag: reference,
        keptAside: undefined,
        manifestPath: '/srv/erp/build-manifests/1.4.0.json',
      },
    },
  ],
  ['as it would be', { dryRun: true }],
  ['that nothing would bring back', { dryRun: true, method: undefined }],
])('a release %s', (_, changes) => {
  const shown = text(restoreReport({ ...restored, ...changes }));
  expect(shown).toMatchSnapshot();
  expect(shown).not.toContain('\x1b');
});

test.each<[string, Partial<RetaggedImages>]>([
  ['none', { images: [], inOrder: ['1.4.0'] }],
  [
    'some',
    {
      images: [
        { siteVersion: '1.4.0', reference, imageId, state: 'retagged' },
        { siteVersion: '1.3.0', reference: 'acme/erp:1.3.0', imageId, state: 'held', heldBy: imageId },
      ],
      absent: ['1.2.0', '1.1.0'],
    },
  ],
  [
    'some, not yet',
    { dryRun: true, images: [{ siteVersion: '1.4.0', reference, imageId, state: 'would-retag' }] },
  ],
])('lost tags: %s', (_, changes) => {
  const base = { dryRun: false, images: [], inOrder: [], absent: [], problems: [] };
  expect(text(retagReport({ ...base, ...changes }))).toMatchSnapshot();
});
