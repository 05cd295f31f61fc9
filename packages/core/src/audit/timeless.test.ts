import { expect, test } from '@jest/globals';
import { readImageFiles } from './image-files.ts';
import { savedImage, type TarFile } from './saved-image.fixture.ts';

const BENCH = 'home/frappe/frappe-bench';

/** Compiled Python: magic number, flags, time and size of the source, code. */
function pyc(time: number, code = 'code', flags = 0): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(0x0a0d0d6f, 0);
  header.writeUInt32LE(flags, 4);
  header.writeUInt32LE(time, 8);
  return Buffer.concat([header, Buffer.from(code)]);
}

async function digestsOf(files: readonly TarFile[]) {
  const from = { saved: await savedImage([files]), apps: ['erpnext'], benchFolder: `/${BENCH}` };
  return (await readImageFiles('x', from)).files;
}

const shadow = (days: number, name = 'frappe') =>
  `root:*:19700:0:99999:7:::\n${name}:!:${days}:0:99999:7:::\n`;

test.each<[string, TarFile, TarFile, boolean]>([
  ['a line of a log', ['var/log/dpkg.log', 'monday'], ['var/log/dpkg.log', 'tuesday, and longer'], true],
  ["bench's own log", [`${BENCH}/logs/bench.log`, '1'], [`${BENCH}/logs/bench.log`, '22'], true],
  ['a cache', ['var/cache/ldconfig/aux-cache', '1'], ['var/cache/ldconfig/aux-cache', '2'], true],
  ['the time in compiled Python', ['usr/lib/a.pyc', pyc(1)], ['usr/lib/a.pyc', pyc(2)], true],
  ['the code in compiled Python', ['usr/lib/a.pyc', pyc(1)], ['usr/lib/a.pyc', pyc(1, 'evil')], false],
  [
    'the hash in compiled Python',
    ['usr/lib/a.pyc', pyc(1, 'c', 3)],
    ['usr/lib/a.pyc', pyc(2, 'c', 3)],
    false,
  ],
  ['the day of a password', ['etc/shadow', shadow(20_000)], ['etc/shadow', shadow(20_001)], true],
  ['a user', ['etc/shadow', shadow(20_000)], ['etc/shadow', shadow(20_000, 'other')], false],
  ['a log of another name', ['var/log/a.log', ''], ['var/log/b.log', ''], false],
  [
    'a file that is called a log',
    [`${BENCH}/apps/erpnext/x.log`, '1'],
    [`${BENCH}/apps/erpnext/x.log`, '2'],
    false,
  ],
])('%s', async (_what, before, after, isSame) => {
  const [one, other] = [await digestsOf([before]), await digestsOf([after])];
  expect(one.treeDigest).not.toBe(other.treeDigest);
  expect(one.timelessDigest === other.timelessDigest).toBe(isSame);
});

test("an app's folder has both digests, and packages are read too", async () => {
  const app = `${BENCH}/apps/erpnext`;
  const metadata: TarFile = ['usr/lib/x-1.dist-info/METADATA', 'Name: x\nVersion: 1\n\n'];
  const one = await digestsOf([[`${app}/a.pyc`, pyc(1)], metadata]);
  const other = await digestsOf([[`${app}/a.pyc`, pyc(2)], metadata]);
  const [first, second] = [one.apps.get('erpnext'), other.apps.get('erpnext')];
  expect(first?.treeDigest).not.toBe(second?.treeDigest);
  expect(first?.timelessDigest).toBe(second?.timelessDigest);
  expect(one.packages.packages).toEqual([{ ecosystem: 'python', name: 'x', version: '1' }]);
});
