import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { readFrames } from './exec.ts';

function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(text.length, 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

const bytes = Buffer.concat([frame(1, 'out'), frame(2, 'err'), frame(1, ''), frame(1, 'more')]);

async function read(pieces: readonly Buffer[]) {
  const found = { stdout: '', stderr: '' };
  for await (const { stream, chunk } of readFrames(Readable.from(pieces))) found[stream] += chunk.toString();
  return found;
}

test.each(Array.from({ length: bytes.length }, (_, cut) => [cut]))(
  'frames that are cut at byte %d',
  async (cut) => {
    const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)].filter(({ length }) => length > 0);
    expect(await read(pieces)).toEqual({ stdout: 'outmore', stderr: 'err' });
  },
);

test('byte by byte', async () => {
  expect(await read([...bytes].map((byte) => Buffer.from([byte])))).toEqual({
    stdout: 'outmore',
    stderr: 'err',
  });
});
