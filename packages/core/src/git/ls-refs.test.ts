import { describe, expect, test } from '@jest/globals';
import { readLsRefs, writeLsRefs } from './ls-refs.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const packet = (line: string) => `${(line.length + 5).toString(16).padStart(4, '0')}${line}\n`;
const bytes = (...parts: string[]) => Buffer.from(parts.join(''));

describe('the question', () => {
  const version2 = packet('version 2');
  const service = `${packet('# service=git-upload-pack')}0000`;

  test.each<[string, Buffer, boolean]>([
    ['version 2', bytes(version2, packet('ls-refs'), '0000'), true],
    ['with the name of the service', bytes(service, version2, packet('ls-refs=unborn'), '0000'), true],
    ['version 1', bytes(service, packet('version 1'), packet(`${A} HEAD`), '0000'), false],
    ['version 0', bytes(service, packet(`${A} HEAD\0symref=HEAD:refs/heads/main`), '0000'), false],
    ['without ls-refs', bytes(version2, packet('fetch'), '0000'), false],
    ['no packets', bytes('<!doctype html>'), false],
    ['a packet that is cut off', bytes(version2, packet('ls-refs'), '00ffx'), false],
    ['a length that is none', bytes(version2, packet('ls-refs'), '-001'), false],
    ['empty', bytes(), false],
  ])('%s', (_what, advertisement, isAsked) => {
    expect(writeLsRefs(advertisement, false) !== undefined).toBe(isAsked);
  });

  test('names the format of object ids that the host has', () => {
    const offered = bytes(version2, packet('ls-refs'), packet('object-format=sha256'), '0000');
    expect(writeLsRefs(offered, true)).toBe(
      '0014command=ls-refs\n0019object-format=sha256\n00010009peel\n000csymrefs\n' +
        '001bref-prefix refs/heads/\n001aref-prefix refs/tags/\n0014ref-prefix HEAD\n0000',
    );
  });
});

describe('the answer', () => {
  test.each<[string, Buffer, string | undefined]>([
    ['no ref', bytes('0000'), ''],
    ['a branch', bytes(packet(`${A} refs/heads/main`), '0000'), `${A}\trefs/heads/main`],
    [
      'an annotated tag',
      bytes(packet(`${A} refs/tags/v1 peeled:${B}`), '0000'),
      `${A}\trefs/tags/v1\n${B}\trefs/tags/v1^{}`,
    ],
    [
      'HEAD',
      bytes(packet(`${A} HEAD symref-target:refs/heads/main`), '0000'),
      `ref: refs/heads/main\tHEAD\n${A}\tHEAD`,
    ],
    ['without its end', bytes(packet(`${A} refs/heads/main`)), undefined],
    ['more after its end', bytes('0000', packet(`${A} refs/heads/main`)), undefined],
    ['cut off', bytes(packet(`${A} refs/heads/main`).slice(0, 20)), undefined],
    ['empty', bytes(), undefined],
  ])('%s', (_what, answer, output) => expect(readLsRefs(answer)).toBe(output));
});
