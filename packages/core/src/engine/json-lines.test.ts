import { describe, expect, test } from '@jest/globals';
import { readJsonLines } from './json-lines.ts';

async function read(bytes: Buffer, sizes: number): Promise<unknown[]> {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += sizes) yield bytes.subarray(at, at + sizes);
  }
  const lines: unknown[] = [];
  for await (const line of readJsonLines(chunks())) lines.push(line);
  return lines;
}

const TEXT = '{"stream":"größe 😀\\n"}\r\n\n{"aux":{"ID":"sha256:1"}}\n{"last":true}';

describe('readJsonLines', () => {
  test.each([1, 2, 3, 5, 7, 1000])('reads the same however it is cut: %d bytes at a time', async (sizes) => {
    expect(await read(Buffer.from(TEXT), sizes)).toEqual([
      { stream: 'größe 😀\n' },
      { aux: { ID: 'sha256:1' } },
      { last: true },
    ]);
  });

  test.each([
    ['half a line', '{"a":1}\n{"b":'],
    ['a line that is not JSON', 'oops\n{"a":1}\n'],
    ['a line that is not an object', '1\n'],
  ])('refuses %s', async (_, text) => {
    await expect(read(Buffer.from(text), 4)).rejects.toMatchObject({ name: 'SyntaxError' });
  });
});
