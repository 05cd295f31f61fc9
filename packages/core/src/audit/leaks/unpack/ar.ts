import type { ContentSink } from '../../content-sink.ts';
import { type ScanContext, type ScannedContent, trailWithin } from '../scan-context.ts';

const MAGIC = '!<arch>\n';
const HEADER_BYTES = 60;
const HEADER_END = '`\n';

const LONGEST_NAME = 4096;

interface MemberHeader {
  readonly name: string;
  readonly size: number;
  /** With the name behind it. */
  readonly length: number;
}

/** The archive that Debian packages and static libraries are (`ar(5)`, System V's and BSD's). */
export function isAr(head: Buffer): boolean {
  return head[0] === 0x21 && head.toString('latin1', 0, MAGIC.length) === MAGIC;
}

/** The bytes of the archive are searched with the stream it is in; here its files are distinguished. */
export function openAr(context: ScanContext, content: ScannedContent): ContentSink {
  let header = Buffer.alloc(0);
  let at = 0;
  /** Bytes before the next header. */
  let skipped = MAGIC.length;
  let left = 0;
  let member: ContentSink | undefined;
  let isBroken = false;

  const begin = ({ name, size, length }: MemberHeader) => {
    const trail = trailWithin(content.trail, name);
    const contentAt = content.at + at;
    content.marks.add({ at: contentAt - length, contentAt, trail });
    member = context.openContent({ ...content, trail, at: contentAt, size });
    left = size;
    // A header begins at an even offset.
    skipped = (at + size) % 2;
    header = Buffer.alloc(0);
  };

  const takeHeader = (piece: Buffer) => {
    const wanted = header.length < HEADER_BYTES ? HEADER_BYTES : (readHeader(header)?.length ?? 0);
    const taken = piece.subarray(0, wanted - header.length);
    header = Buffer.concat([header, taken]);
    at += taken.length;
    if (header.length < HEADER_BYTES) return taken.length;
    const read = readHeader(header);
    if (read === undefined) {
      isBroken = true;
      context.onUnread(content.trail, 'The header of a file in it is wrong.');
    } else if (header.length === read.length) begin(read);
    return taken.length;
  };

  const take = (bytes: Buffer): number => {
    if (left === 0 && skipped === 0) return takeHeader(bytes);
    const taken = bytes.subarray(0, left > 0 ? left : skipped);
    at += taken.length;
    if (left > 0) {
      member?.data(taken);
      left -= taken.length;
      if (left === 0) member?.end();
    } else skipped -= taken.length;
    return taken.length;
  };

  return {
    data(piece) {
      for (let from = 0; from < piece.length && !isBroken; ) from += take(piece.subarray(from));
    },
    end() {
      if (left === 0) return;
      member?.end();
      context.onUnread(content.trail, 'It ends in the middle of a file.');
    },
  };
}

/** BSD writes a long name behind the header, and counts it as content. */
function readHeader(header: Buffer): MemberHeader | undefined {
  const name = header.toString('latin1', 0, 16).trimEnd();
  const size = header.toString('latin1', 48, 58).trimEnd();
  if (header.toString('latin1', 58, HEADER_BYTES) !== HEADER_END || !/^\d+$/.test(size)) return undefined;
  const nameBytes = Number(/^#1\/(\d+)$/.exec(name)?.[1] ?? 0);
  if (nameBytes > Math.min(Number(size), LONGEST_NAME)) return undefined;
  const longName = header.toString('latin1', HEADER_BYTES, HEADER_BYTES + nameBytes).replace(/\0+$/, '');
  return {
    name: nameBytes > 0 ? longName : name.replace(/(.)\/$/, '$1'),
    size: Number(size) - nameBytes,
    length: HEADER_BYTES + nameBytes,
  };
}
