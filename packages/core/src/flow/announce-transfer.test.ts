import { expect, test } from '@jest/globals';
import { announceTransfer } from './announce-transfer.ts';
import type { FlowEvent } from './event.ts';

const INFO = {
  hasContainerdStore: false,
  holdsIndexes: false,
  product: 'docker' as const,
  version: '28.5.2',
  apiVersion: '1.51',
  operatingSystem: 'Debian',
  platform: 'linux/amd64',
};

async function announced(sizeBytes: number, more: { advice?: string; dataFolder?: string } = {}) {
  const { dataFolder, ...rest } = more;
  const events: FlowEvent[] = [];
  const about = async () => (dataFolder === undefined ? INFO : { ...INFO, dataFolder });
  await announceTransfer({ about }, { sizeBytes, name: 'acme:1', ...rest }, { emit: (e) => events.push(e) });
  return events.map((event) => event.type === 'notice' && event.text);
}

test('an engine on this machine transfers nothing', async () => {
  expect(await announced(5e9, { dataFolder: '/var/lib/docker' })).toEqual([]);
});

test('another one says how much, and what saves it', async () => {
  expect(await announced(2.34e9)).toEqual([
    'The image is read from the engine over the network (acme:1): about 2.3 GB.',
  ]);
  expect(await announced(1, { advice: 'Stop.' })).toEqual([
    'The image is read from the engine over the network (acme:1): about 1 MB. Stop.',
  ]);
});
