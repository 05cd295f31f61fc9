import type { SiteStatus } from '@de-build/core';
import { expect, test } from '@jest/globals';
import { createStyle } from '../terminal/style.ts';
import { statusReport } from './status-report.ts';
import { writeText } from './text.ts';

const NOW = new Date('2026-11-29T12:00:00Z');
const container = (service: string, more: object = {}) => ({
  ...{ service, name: `erp-${service}-1`, image: 'acme/erp:1.1.0', state: 'running', restarts: 0, drift: [] },
  ...{ since: '2026-11-29T10:00:00Z' },
  ...more,
});

const status: SiteStatus = {
  project: 'erp',
  image: 'acme/erp',
  containers: [
    container('backend', { drift: ['image'], wanted: 'acme/erp:1.2.0' }),
    container('configurator', { state: 'exited', exitCode: 0 }),
    container('db', { image: 'mariadb:10.6', health: 'healthy' }),
    container('queue-long'),
    container('queue-long', { name: 'erp-queue-long-2' }),
    container('websocket', { state: 'restarting', restarts: 7 }),
  ],
  missing: ['scheduler'],
  scale: [{ service: 'queue-long', running: 2, wanted: 3, by: 'scale' }],
  changedFiles: ['compose.yaml'],
  queues: [
    {
      ...{ name: 'long', waiting: 12, running: 1, failed: 3, workers: 2, busy: 1 },
      services: [{ service: 'queue-long', containers: 2 }],
    },
    { name: 'short', waiting: 0, running: 0, failed: 0, workers: 0, busy: 0, services: [] },
  ],
  disk: {
    sites: { freeBytes: 5e9, diskBytes: 100e9 },
    backupsFreeBytes: 80e9,
    volumes: [{ name: 'db-data', sizeBytes: 1.5e9 }],
    imagesBytes: 4e9,
    buildCacheBytes: 2e9,
  },
  backups: [
    {
      ...{ site: 'erp.localhost', count: 3 },
      newest: {
        ...{ id: 'x', at: '2026-11-28T12:00:00Z', cause: 'deployment', project: 'erp', siteVersion: '1.0.0' },
        ...{ sites: ['erp.localhost'], withFiles: false, sizeBytes: 2e8, location: '/x' },
      },
    },
  ],
  problems: [],
  lastDeployment: {
    ...{ id: 'x', state: 'done', startedAt: '2026-11-28T12:00:00Z', by: 'me@host' },
    from: { siteVersion: '1.0.0', reference: 'acme/erp:1.0.0', imageId: '' },
    to: { siteVersion: '1.1.0', reference: 'acme/erp:1.1.0', imageId: '' },
  },
};

test.each([80, 120])('a page of %d columns', (columns) => {
  const text = writeText(statusReport(status, NOW), { style: createStyle(false), columns });
  expect(text).toMatchSnapshot();
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
});
