import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { appendLedger, type LedgerEntry, readLedger } from './ledger.ts';

let path: string;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ledger-'));
  path = join(folder, 'deployments', 'ledger.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

const entry = (id: string): LedgerEntry => ({
  kind: 'deploy',
  id,
  at: '2026-11-29T12:00:00.000Z',
  by: 'me@host',
  project: 'erp',
  from: 'acme/erp:1.0.0',
  to: 'acme/erp:1.1.0',
  outcome: 'done',
  durationMs: 1000,
  stages: [{ name: 'swap', state: 'done', durationMs: 10 }],
  sites: [{ name: 'erp.localhost', patches: 1 }],
});
const ids = ({ entries }: { entries: readonly LedgerEntry[] }) => entries.map(({ id }) => id);

test('nothing was deployed yet', async () => {
  expect(await readLedger(path)).toEqual({ entries: [] });
});

test('entries come back as they were added', async () => {
  for (const id of ['a', 'b', 'c']) await appendLedger(path, entry(id));
  expect(await readLedger(path)).toEqual({ entries: [entry('a'), entry('b'), entry('c')] });
});

test('a line that was cut off, at any byte, is no entry, and the next one replaces it', async () => {
  await appendLedger(path, entry('a'));
  const first = await readFile(path, 'utf8');
  await appendLedger(path, entry('b'));
  const second = (await readFile(path, 'utf8')).slice(first.length);
  for (let cut = 0; cut < second.length; cut += 1) {
    await writeFile(path, first + second.slice(0, cut));
    expect(ids(await readLedger(path))).toEqual(['a']);
  }
  await appendLedger(path, entry('c'));
  expect(await readLedger(path)).toEqual({ entries: [entry('a'), entry('c')] });
});

test.each<[string, (lines: string[]) => string[], number]>([
  ['changed', (lines) => lines.map((line) => line.replace('"id":"b"', '"id":"x"')), 3],
  ['removed', (lines) => lines.filter((line) => !line.includes('"id":"b"')), 2],
  ['no JSON', (lines) => lines.map((line) => line.replace(/^.*"id":"b".*$/, 'x')), 2],
])('a line that was %s breaks the chain', async (_, change, brokenAt) => {
  for (const id of ['a', 'b', 'c']) await appendLedger(path, entry(id));
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  await writeFile(path, `${change(lines).join('\n')}\n`);
  expect(await readLedger(path)).toMatchObject({ brokenAt });
});

test('only its owner reads it', async () => {
  await appendLedger(path, entry('a'));
  const { mode } = await stat(path);
  expect(mode & 0o777).toBe(0o600);
});
