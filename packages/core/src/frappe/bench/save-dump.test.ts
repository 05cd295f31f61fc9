import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Bench } from './bench.ts';
import { saveDump } from './save-dump.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dump-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A bench whose dump comes in these pieces. */
function benchOf(pieces: readonly Buffer[], error?: Error): Bench {
  const dump: Bench['dump'] = async (_site, onOutput) => {
    for (const piece of pieces) await onOutput(piece);
    if (error !== undefined) throw error;
  };
  return { dump } as Bench;
}

const text = `-- MariaDB dump\n${randomBytes(300_000).toString('hex')}\n-- Dump completed on 2026-11-29 12:00:00\n`;
const packed = gzipSync(text);
const cut = (bytes: Buffer, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  );

const save = (bench: Bench) =>
  saveDump(bench, 'erp.localhost', {
    path: join(folder, 'erp.localhost', 'database.sql.gz'),
    signal: new AbortController().signal,
    onBytes: () => undefined,
  });

test('a complete dump is a file that only its owner reads', async () => {
  const saved = await save(benchOf(cut(packed, 10_000)));
  expect(await readFile(saved.path)).toEqual(packed);
  expect((await stat(saved.path)).mode & 0o777).toBe(0o600);
  expect(saved).toMatchObject({
    sizeBytes: packed.length,
    sha256: createHash('sha256').update(packed).digest('hex'),
  });
});

test.each<[string, Bench, string]>([
  ['has no end mark', benchOf([gzipSync('-- MariaDB dump\ncreate table a')]), 'dump-incomplete'],
  ['is cut off', benchOf(cut(packed.subarray(0, -100), 50_000)), 'dump-incomplete'],
  ['is no gzip', benchOf([Buffer.from('Access denied')]), 'dump-incomplete'],
  ['is empty', benchOf([]), 'dump-incomplete'],
])('a dump that %s leaves no file', async (_, bench, code) => {
  await expect(save(bench)).rejects.toMatchObject({ code, exitCode: 15 });
  expect(await readdir(join(folder, 'erp.localhost'))).toEqual([]);
});

test('a client that fails is reported, and leaves no file', async () => {
  await expect(save(benchOf(cut(packed, 50_000), new Error('ended')))).rejects.toThrow('ended');
  expect(await readdir(join(folder, 'erp.localhost'))).toEqual([]);
});
