import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { behindSkippable } from '../../packages/core/src/audit/leaks/packed-files.fixture.ts';
import { isThere } from './written-by-tools.ts';

/** A script packs the folder `d` with the file `d/config`, or that file, into `out`. */
const TOOLS: readonly (readonly [name: string, command: string, script: string])[] = [
  ...['', '-9', '--fast'].map(
    (level) => [`gzip ${level}`, 'gzip', `gzip -c ${level} d/config > out`] as const,
  ),
  ...['', '-1'].map((level) => [`bzip2 ${level}`, 'bzip2', `bzip2 -c ${level} d/config > out`] as const),
  ['bzip2, two streams', 'bzip2', '(bzip2 -c d/other; bzip2 -c d/config) > out'],
  ['bzip2 of nothing and more', 'bzip2', '(bzip2 -c < /dev/null; bzip2 -c d/config) > out'],
  ...['', '-9', '-0', '-C sha256', '-C crc32', '-C none', '-T2 --block-size=64KiB', '--x86 --lzma2'].map(
    (option) => [`xz ${option}`, 'xz', `xz -c ${option} d/config > out`] as const,
  ),
  ['xz --delta', 'xz', 'xz -c --delta=dist=2 --lzma2 d/config > out'],
  ['xz with a window of 1 GiB', 'xz', 'xz -c --lzma2=dict=1GiB,mf=hc3,mode=fast,nice=8 d/config > out'],
  ['xz, two streams', 'xz', '(xz -c d/other; xz -c d/config) > out'],
  ['xz in xz', 'xz', 'xz -c d/config | xz -c > out'],
  ['an xz in a tar.xz', 'xz', 'xz d/config && tar -cJf out d'],
  ['lzma', 'xz', 'xz -c --format=lzma d/config > out'],
  ...['', '-9', '-BD', '-BD -B4', '-BX', '--content-size', '-l', '--no-frame-crc'].map(
    (option) => [`lz4 ${option}`, 'lz4', `lz4 -q -c ${option} d/config > out`] as const,
  ),
  ['lz4, two frames', 'lz4', '(lz4 -q -c d/other; lz4 -q -c -l d/config) > out'],
  ...['', '-19', '--fast', '--long=24', '--ultra --long=30', '--check'].map(
    (option) => [`zstd ${option}`, 'zstd', `zstd -q -c ${option} d/config > out`] as const,
  ),
  ['pzstd', 'pzstd', 'pzstd -q -c d/config > out'],
  ...['v7', 'ustar', 'gnu', 'posix'].flatMap((format) => [
    [`tar of ${format}`, 'tar', `tar --format=${format} -cf out d`] as const,
    [`gzip in a tar of ${format}`, 'tar', `gzip d/config && tar --format=${format} -cf out d`] as const,
    [`a tar.xz of ${format}`, 'xz', `tar --format=${format} -cJf out d`] as const,
  ]),
  ['a tar.bz2', 'bzip2', 'tar -cjf out d'],
  ['a tar.lz4', 'lz4', 'tar -c d | lz4 -q > out'],
  ['ar', 'ar', 'gzip d/config && ar rc out d/config.gz'],
  ...['gzip', 'xz', 'zstd', 'none'].map(
    (kind) =>
      [
        `a Debian package by ${kind}`,
        'dpkg-deb',
        `mkdir d/DEBIAN && printf 'Package: a\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b.example>\nDescription: a\n' > d/DEBIAN/control && dpkg-deb --root-owner-group -Z${kind} -b d out.deb > /dev/null && mv out.deb out`,
      ] as const,
  ),
  ['zip', 'zip', 'zip -qr out.zip d && mv out.zip out'],
  ['zip -0', 'zip', 'gzip d/config && zip -q0r out.zip d && mv out.zip out'],
  ['zip from a pipe', 'zip', 'zip -qr - d | cat > out'],
  ['zip -e', 'zip', 'zip -q -P x -r out.zip d && mv out.zip out'],
  [
    'zip by bzip2',
    'python3',
    `python3 -c 'import zipfile; zipfile.ZipFile("out", "w", 12).write("d/config")'`,
  ],
  [
    'zip by lzma',
    'python3',
    `python3 -c 'import zipfile; zipfile.ZipFile("out", "w", 14).write("d/config")'`,
  ],
  ['zipapp (pyz, pex)', 'python3', 'python3 -m zipapp -c -p /usr/bin/python3 -m a:b -o out d'],
  [
    'a jar behind a shell script',
    'zip',
    'zip -qr j.zip d && (printf "#!/bin/sh\nexec java -jar \\$0\n"; cat j.zip) > out',
  ],
  [
    'the same, corrected',
    'zip',
    'zip -qr j.zip d && (printf "#!/bin/sh\nexec x\n"; cat j.zip) > out && mv out o.zip && zip -qA o.zip && mv o.zip out',
  ],
  ['a zip behind a program', 'zip', 'zip -qr j.zip d && cat /bin/true j.zip > out'],
  ['cpio', 'cpio', 'find d | cpio --quiet -o -H newc > out'],
  ['7z', '7z', '7z a -bd out.7z d > /dev/null && mv out.7z out'],
  ['a bz2 in a zip in a tar.xz', 'zip', 'bzip2 d/config && zip -qr j.zip d && tar -cJf out j.zip'],
  ['an xz in a zip in a gzip', 'zip', 'xz d/config && zip -qr j.zip d && gzip -c j.zip > out'],
  [
    'a squashed Debian package',
    'dpkg-deb',
    'tar -cJf data.tar.xz d && echo 2.0 > debian-binary && ar rc a.deb debian-binary data.tar.xz && lz4 -q a.deb out',
  ],
];

/** Names of the containers that the programs on this machine can write. */
export const CONTAINERS: readonly string[] = TOOLS.filter(([, command]) => isThere(command)).flatMap(
  ([name]) => (/^(zstd|lz4) /.test(name) ? [name, `${name}, behind a skippable frame`] : [name]),
);

/** Packs a file as programs do. */
export async function packByTool(container: string, content: Buffer, folder: string): Promise<Buffer> {
  const [name = '', skippable] = container.split(', behind');
  const [, , script = ''] = TOOLS.find(([each]) => each === name) ?? [];
  const work = await mkdtemp(join(folder, 'pack-'));
  try {
    await mkdir(join(work, 'd'));
    await writeFile(join(work, 'd/config'), content);
    await writeFile(join(work, 'd/other'), 'some ordinary text\n'.repeat(5000));
    execFileSync('sh', ['-ec', script], { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] });
    const packed = await readFile(join(work, 'out'));
    return skippable === undefined ? packed : behindSkippable(packed);
  } finally {
    await rm(work, { recursive: true });
  }
}
