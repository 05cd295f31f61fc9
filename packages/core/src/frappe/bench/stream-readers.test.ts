import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { pack } from 'tar-stream';
import { readDump, readTar, type StreamReader } from './stream-readers.ts';

async function read<Found>(reader: StreamReader<Found>, bytes: Buffer, piece = 1000): Promise<Found> {
  for (let from = 0; from < bytes.length; from += piece)
    await reader.write(bytes.subarray(from, from + piece));
  return reader.end();
}

async function tarOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, text] of Object.entries(files)) tar.entry({ name }, text);
  tar.entry({ name: 'link', type: 'symlink', linkname: '/etc/shadow' });
  tar.finalize();
  return Buffer.concat(await Readable.from(tar).toArray());
}

const text = `${'insert into tabUser values (1);\n'.repeat(5000)}-- Dump completed on 2026-11-29 12:00:00\n`;

test('a whole dump, and one that was cut off', async () => {
  expect(await read(readDump(), gzipSync(text))).toEqual({ unpackedBytes: text.length });
  await expect(read(readDump(), gzipSync(text).subarray(0, -9))).rejects.toThrow('It does not unpack');
  await expect(read(readDump(), gzipSync(text.slice(0, -60)))).rejects.toThrow('It has no end mark.');
  await expect(read(readDump(), Buffer.from('mariadb-dump: error'))).rejects.toThrow('It does not unpack');
});

test('a whole tar, an empty one, and ones that were cut off', async () => {
  const tar = await tarOf({ 'a.txt': 'one', 'b.bin': 'x'.repeat(50_000) });
  expect(await read(readTar(), tar)).toEqual({ files: 2, bytes: 50_003 });
  expect(await read(readTar(), tar, 7)).toEqual({ files: 2, bytes: 50_003 });
  expect(await read(readTar(), Buffer.alloc(10_240))).toEqual({ files: 0, bytes: 0 });
  await expect(read(readTar(), tar.subarray(0, -1024))).rejects.toThrow('It has no end mark.');
  await expect(read(readTar(), tar.subarray(0, 20_000))).rejects.toThrow('It does not unpack');
  await expect(read(readTar(), Buffer.alloc(0))).rejects.toThrow('It has no end mark.');
});
