import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { withImageName } from '../engine/images/with-image-name.ts';
import { startJournal } from './journal.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'de-build-journal-'));
  path = join(folder, 'journal.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test.each([
  ['can be taken away leaves no journal', true, []],
  ['stays is left to the next run', false, ['acme/erp:1.4.0']],
])('a name of a push that failed and %s', async (_, canUntag, left) => {
  const image = { id: 'sha256:ab', tags: ['acme/erp:building'] };
  const images = {
    inspect: async (name: string) => (name === 'sha256:ab' ? image : undefined),
    tag: async () => undefined,
    untag: async () => {
      if (!canUntag) throw new Error('The engine is gone.');
    },
  } as unknown as Parameters<typeof withImageName>[0];
  const journal = await startJournal(path, ['acme/erp:building']);
  const pushing = journal.withTemporary('acme/erp:1.4.0', (onLeft) =>
    withImageName(images, { imageId: 'sha256:ab', name: 'acme/erp:1.4.0', onLeft }, () =>
      Promise.reject(new Error('The registry is gone.')),
    ),
  );
  await expect(pushing).rejects.toThrow('The registry is gone.');
  await journal.close();
  const text = await readFile(path, 'utf8').catch(() => '');
  expect(left.filter((name) => text.includes(name))).toEqual(left);
  expect(text === '').toBe(left.length === 0);
});
