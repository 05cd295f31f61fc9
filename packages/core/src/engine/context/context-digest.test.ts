import { chmod, mkdtemp, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openContentHashes } from './content-hashes.ts';
import { digestContext } from './context-digest.ts';
import type { ContextEntry } from './context-entry.ts';
import { readFileInPieces, readSmallFile } from './read-context-file.ts';
import { walkContext } from './walk-context.ts';

let folder: string;
let cache: string;
const MUCH_LATER = () => Date.now() + 60_000;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'context-digest-'));
  cache = `${folder}.hashes`;
  await writeFile(join(folder, 'small'), 'one');
  await writeFile(join(folder, 'large'), Buffer.alloc(400_000, 1));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await rm(cache, { force: true });
});

async function walk(): Promise<ContextEntry[]> {
  const entries: ContextEntry[] = [];
  for await (const batch of walkContext({ folder })) entries.push(...batch);
  return entries;
}
const digest = async () => digestContext(await walk());

test('contents, names and permissions count, times do not', async () => {
  const before = await digest();
  expect(before).toMatch(/^sha256:[0-9a-f]{64}$/);
  await utimes(join(folder, 'small'), 1, 1);
  expect(await digest()).toBe(before);
  await chmod(join(folder, 'small'), 0o755);
  const executable = await digest();
  await writeFile(join(folder, 'small'), 'two');
  const other = await digest();
  await rename(join(folder, 'small'), join(folder, 'smaller'));
  expect(new Set([before, executable, other, await digest()]).size).toBe(4);
});

test('remembered hashes are used as long as nothing was written', async () => {
  const first = await openContentHashes(cache, MUCH_LATER);
  const before = await digestContext(await walk(), first);
  await first.save();
  const entries = await walk();
  const second = await openContentHashes(cache);
  expect(entries.map((entry) => second.get(entry)?.length)).toEqual([32, 32]);
  expect(await digestContext(entries, second)).toBe(before);
  const times = await stat(join(folder, 'small'));
  await writeFile(join(folder, 'small'), 'two');
  await utimes(join(folder, 'small'), times.atime, times.mtime);
  expect((await walk()).map((entry) => second.get(entry)?.length)).toEqual([32, undefined]);
});

test('a file just written is not remembered, and a damaged store is an empty one', async () => {
  const fresh = await openContentHashes(cache);
  await digestContext(await walk(), fresh);
  await fresh.save();
  await expect(readFile(cache)).rejects.toMatchObject({ code: 'ENOENT' });
  await writeFile(cache, 'dbhash01 and then rubbish');
  const damaged = await openContentHashes(cache);
  expect((await walk()).map((entry) => damaged.get(entry))).toEqual([undefined, undefined]);
});

test.each(['small', 'large'])('%s: a file that changed since it was listed is not read', async (name) => {
  const entry = (await walk()).find((it) => it.path === name) as ContextEntry;
  const read = async () => {
    if (name === 'small') return readSmallFile(entry);
    const pieces: Buffer[] = [];
    for await (const piece of readFileInPieces(entry, 65_536)) pieces.push(Buffer.from(piece));
    return Buffer.concat(pieces);
  };
  expect((await read()).equals(await readFile(entry.source))).toBe(true);
  await writeFile(entry.source, 'changed');
  await expect(read()).rejects.toMatchObject({ code: 'context-changed' });
  await rm(entry.source);
  await expect(read()).rejects.toMatchObject({
    code: 'context-changed',
    why: expect.stringContaining('removed'),
  });
});
