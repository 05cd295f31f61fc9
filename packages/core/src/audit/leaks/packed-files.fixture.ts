import { createHash } from 'node:crypto';
import { crc32, deflateRawSync, deflateSync } from 'node:zlib';
import { type TarFile, tarOf } from '../saved-image.fixture.ts';

/** A zlib-compressed object as git writes it, with its path. */
export function looseObject(content: Buffer): readonly [path: string, bytes: Buffer] {
  const object = Buffer.concat([Buffer.from(`blob ${content.length}\0`), content]);
  const name = createHash('sha1').update(object).digest('hex');
  return [`srv/app/.git/objects/${name.slice(0, 2)}/${name.slice(2)}`, deflateSync(object)];
}

/** A zstd frame (RFC 8878) with stored blocks. */
export function storedZstd(content: Buffer): Buffer {
  // One window of 128 KiB, no checksum, no size.
  const pieces: Buffer[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38])];
  const most = 100_000;
  for (let at = 0; at < content.length || at === 0; at += most) {
    const block = content.subarray(at, at + most);
    const isLast = at + most >= content.length ? 1 : 0;
    const header = Buffer.alloc(3);
    header.writeUIntLE((block.length << 3) | isLast, 0, 3);
    pieces.push(header, block);
  }
  return Buffer.concat(pieces);
}

/** A pack of blobs without deltas (gitformat-pack). */
export function gitPack(blobs: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(12);
  head.write('PACK', 0, 'latin1');
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(blobs.length, 8);
  const objects = blobs.flatMap((blob) => [objectHeader(3, blob.length), deflateSync(blob)]);
  const pack = Buffer.concat([head, ...objects]);
  return Buffer.concat([pack, createHash('sha1').update(pack).digest()]);
}

function objectHeader(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size & 15)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80;
    bytes.push(rest & 0x7f);
  }
  return Buffer.from(bytes);
}

/** A zip with the header of each file and an empty directory (PKWARE's APPNOTE). */
export function zipOf(
  files: readonly (readonly [name: string, content: Buffer])[],
  options: {
    readonly isStored?: boolean;
    readonly sizesBehind?: boolean;
    readonly isEncrypted?: boolean;
  } = {},
): Buffer {
  const pieces = files.flatMap(([name, content]) => {
    const packed = options.isStored === true ? content : deflateRawSync(content);
    const sums = Buffer.alloc(12);
    sums.writeUInt32LE(crc32(content), 0);
    sums.writeUInt32LE(packed.length, 4);
    sums.writeUInt32LE(content.length, 8);
    const head = Buffer.alloc(30);
    head.write('PK\u0003\u0004', 'latin1');
    head.writeUInt16LE(20, 4);
    head.writeUInt16LE((options.sizesBehind === true ? 8 : 0) | (options.isEncrypted === true ? 1 : 0), 6);
    head.writeUInt16LE(options.isStored === true ? 0 : 8, 8);
    if (options.sizesBehind !== true) sums.copy(head, 14);
    head.writeUInt16LE(name.length, 26);
    const behind = options.sizesBehind === true ? [Buffer.from('PK\u0007\u0008', 'latin1'), sums] : [];
    return [head, Buffer.from(name, 'latin1'), packed, ...behind];
  });
  const directory = Buffer.alloc(22);
  directory.write('PK\u0005\u0006', 'latin1');
  return Buffer.concat([...pieces, directory]);
}

/** A zip with a directory of its files, behind other content. */
export function zipBehind(before: Buffer, files: Parameters<typeof zipOf>[0]): Buffer {
  const zip = zipOf(files);
  const end = zip.subarray(-22);
  const directory = Buffer.concat(
    files.map(([name]) => {
      const entry = Buffer.alloc(46);
      entry.write('PK\u0001\u0002', 'latin1');
      entry.writeUInt16LE(name.length, 28);
      return Buffer.concat([entry, Buffer.from(name, 'latin1')]);
    }),
  );
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(before.length + zip.length - end.length, 16);
  return Buffer.concat([before, zip.subarray(0, -22), directory, end]);
}

/** A frame before others, as pzstd writes it (RFC 8878, 3.1.2). */
export function behindSkippable(packed: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]), packed]);
}

/** A tar as it was before POSIX: no magic, no owner's name. */
export async function oldTarOf(files: readonly TarFile[]): Promise<Buffer> {
  const tar = await tarOf(files);
  for (let at = 0; tar[at] !== 0; ) {
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8);
    const header = tar.subarray(at, at + 512);
    header.fill(0, 257);
    header.fill(' ', 148, 156);
    const sum = header.reduce((all, byte) => all + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return tar;
}

/** An ar archive, as System V or BSD writes it: a long name comes before the content. */
export function arOf(files: readonly (readonly [name: string, content: Buffer])[], isBsd = false): Buffer {
  const pieces = files.flatMap(([name, content]) => {
    const whole = isBsd ? Buffer.concat([Buffer.from(name), content]) : content;
    const shown = isBsd ? `#1/${name.length}` : `${name}/`;
    const header = `${shown.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6).repeat(2)}${'100644'.padEnd(8)}${`${whole.length}`.padEnd(10)}\`\n`;
    return [Buffer.from(header), whole, Buffer.alloc(whole.length % 2, '\n')];
  });
  return Buffer.concat([Buffer.from('!<arch>\n'), ...pieces]);
}
