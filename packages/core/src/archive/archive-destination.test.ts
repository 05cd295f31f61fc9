import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseArchiveDestination } from './archive-destination.ts';

let base: string;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'de-build-destination-'));
  await mkdir(join(base, 'backup.d/erp'), { recursive: true });
});
afterAll(() => rm(base, { recursive: true, force: true }));

test.each([
  ['/mnt/backup', '/mnt/backup'],
  ['archives', 'archives'],
  ['archives/2026', 'archives/2026'],
  ['Backups/erp', 'Backups/erp'],
  ['./registry.example.com/erp', 'registry.example.com/erp'],
  ['../registry:5000/erp', '../registry:5000/erp'],
  ['.', '.'],
  ['backup.d/erp', 'backup.d/erp'],
])('%s is a folder', async (text, folder) => {
  const expected = folder.startsWith('/') ? folder : join(base, folder);
  expect(await parseArchiveDestination(text, base)).toEqual({ kind: 'folder', folder: expected });
});

test.each([
  ['registry.example.com/acme/erp', 'registry.example.com/acme/erp'],
  ['localhost/erp', 'localhost/erp'],
  ['127.0.0.1:5000/a__b/c-d.e', '127.0.0.1:5000/a__b/c-d.e'],
  ['docker.io/acme/erp', 'docker.io/acme/erp'],
  ['[fc00::1]:5000/erp', '[fc00::1]:5000/erp'],
  ['docker://backup.d/erp', 'backup.d/erp'],
])('%s is a registry', async (text, repository) => {
  expect(await parseArchiveDestination(text, base)).toEqual({ kind: 'registry', repository });
});

test.each([
  ['', 'empty'],
  ['registry.example.com/acme/erp:1.4.0', 'a tag'],
  [`registry.example.com/acme/erp@sha256:${'a'.repeat(64)}`, 'a digest'],
  ['registry.example.com/Acme', 'lower case'],
  ['docker://acme/erp', 'docker.io'],
])('%s is refused', async (text, why) => {
  await expect(parseArchiveDestination(text, base)).rejects.toMatchObject({
    code: 'archive-destination-malformed',
    exitCode: 2,
    why: expect.stringContaining(why),
  });
});
