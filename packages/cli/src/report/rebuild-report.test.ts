import type { RebuildOutcome, RebuiltRelease } from '@de-build/core';
import { expect, test } from '@jest/globals';
import { createStyle } from '../terminal/style.ts';
import { rebuildReport } from './rebuild-report.ts';
import { writeText } from './text.ts';

const page = { columns: 100, style: createStyle(false) };
const recordedId = `sha256:${'01'.repeat(32)}`;
const imageId = `sha256:${'23'.repeat(32)}`;
const commit = 'a1'.repeat(20);

const app = { name: 'erpnext', url: 'https://github.com/frappe/erpnext', ref: 'version-15', commit } as const;
const rebuilt: RebuiltRelease = {
  dryRun: false,
  siteVersion: '1.4.0',
  reference: 'acme/erp:1.4.0',
  recordedId,
  plan: {
    planVersion: 1,
    repositories: [],
    unpinnedRepositories: [],
    digest: recordedId,
    createdAt: '2026-08-01T10:00:00.000Z',
    siteVersion: '1.4.0',
    reference: 'acme/erp:1.4.0',
    image: 'acme/erp',
    frappe: { ...app, name: 'frappe', url: 'https://github.com/frappe/frappe', kind: 'branch' },
    apps: [{ ...app, kind: 'branch' }],
    containerfile: { path: 'images/custom/Containerfile', digest: recordedId },
    context: '.',
    dialect: 'secret',
    buildArgs: {},
    baseImages: [],
    cache: { use: false, input: 'CACHE_BUST', digest: recordedId, reason: undefined },
    sharedCache: { cacheFrom: [], cacheTo: [] },
    tokenDelivery: { mode: 'sources', offer: 'named-context' },
    target: undefined,
    platforms: [],
    push: false,
    builder: undefined,
    network: 'host',
    pull: false,
    siteRepository: undefined,
    replaces: undefined,
    warnings: [],
  },
  source: { from: 'commit', commit, isExact: true },
  bases: [
    { reference: 'python:3.11-slim', digest: recordedId, from: 'engine' },
    { reference: 'node\x1b[2J', digest: null, from: 'other' },
  ],
  toFetch: ['erpnext'],
  outcome: undefined,
};

const outcome: RebuildOutcome = {
  verdict: 'different',
  proof: 'Of its files, held one by one against those of the recorded image: 1 added, 31 changed.',
  comparedWith: 'image',
  apps: [
    { name: 'frappe', commit, files: 'same' },
    { name: 'erpnext', commit, files: 'differ' },
  ],
  files: {
    added: ['/home/frappe/new\x1b[2J.py'],
    removed: [],
    changed: Array.from({ length: 31 }, (_, index) => ({ path: `/etc/${index}`, in: ['mode', 'content'] })),
    timesOnly: ['/var/log/dpkg.log'],
  },
  packages: { known: true, changes: [{ ecosystem: 'python', name: 'click', from: '8.1.7', to: '8.2.0' }] },
  inputs: [{ name: 'context digest', from: recordedId, to: imageId }],
  imageId,
  tag: 'acme/erp:1.4.0-rebuilt-232323232323',
  keptAside: undefined,
  manifestPath: undefined,
};

const none = { added: [], removed: [], changed: [], timesOnly: [] };

test.each<[string, RebuiltRelease]>([
  ['as it would be', { ...rebuilt, dryRun: true }],
  [
    'from the folder, as it would be',
    { ...rebuilt, source: { from: 'folder', commit: null, isExact: false, why: 'x' } },
  ],
  ['different', { ...rebuilt, outcome }],
  [
    'identical',
    {
      ...rebuilt,
      outcome: {
        ...outcome,
        verdict: 'identical',
        proof: 'It is the recorded image.',
        comparedWith: 'id',
        files: undefined,
        inputs: [],
        imageId: recordedId,
        tag: 'acme/erp:1.4.0',
      },
      bases: [],
    },
  ],
  [
    'equivalent, in place of the old one',
    {
      ...rebuilt,
      bases: [],
      outcome: {
        ...outcome,
        verdict: 'equivalent',
        files: none,
        apps: [{ name: 'erpnext', commit, files: 'times' }],
        packages: { known: true, changes: [] },
        inputs: [],
        tag: 'acme/erp:1.4.0',
        keptAside: 'acme/erp:1.4.0-replaced-010101010101',
        manifestPath: '/srv/erp/build-manifests/1.4.0.json',
      },
    },
  ],
  [
    'not proven',
    {
      ...rebuilt,
      bases: [],
      outcome: {
        ...outcome,
        verdict: 'unproven',
        files: undefined,
        apps: [{ name: 'erpnext', commit, files: 'unknown' }],
        packages: { known: false, why: '1.4.0 has no bill of materials.' },
        inputs: [],
      },
    },
  ],
])('a rebuild %s', (_what, release) => {
  const text = writeText(rebuildReport(release), page);
  expect(text).toMatchSnapshot();
  expect(text).not.toContain('\x1b');
});
