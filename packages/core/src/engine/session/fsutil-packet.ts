import type { ContextEntry } from '../context/context-entry.ts';
import type { FrameWriter } from './frame-writer.ts';
import { goFileMode } from './go-file-mode.ts';
import { putBigVarint, putText, putVarint, readMessage } from './protobuf.ts';

/** `Packet` and `Stat` of tonistiigi/fsutil's types/wire.proto and types/stat.proto. */
export const PACKET = { stat: 0, request: 1, data: 2, fin: 3, error: 4 } as const;

export interface ReceivedPacket {
  readonly type: number;
  readonly id: number;
  readonly data: Buffer;
}

const NO_DATA = Buffer.alloc(0);
const LARGEST_NUMBERS_BYTES = 128;

export function readPacket(bytes: Buffer): ReceivedPacket {
  const packet: { type: number; id: number; data: Buffer } = { type: 0, id: 0, data: NO_DATA };
  readMessage(bytes, (field, value) => {
    if (field === 1 && typeof value === 'number') packet.type = value;
    if (field === 3 && typeof value === 'number') packet.id = value;
    if (field === 4 && typeof value !== 'number') packet.data = value;
  });
  return packet;
}

/** Buffer for a Stat whose length is not known yet. */
export interface StatScratch {
  buffer: Buffer;
}

export function createStatScratch(): StatScratch {
  return { buffer: Buffer.allocUnsafe(64 * 1024) };
}

/** Announces an entry. The owner is always 0:0, as Docker's own client sends it. */
export function putStat(writer: FrameWriter, entry: ContextEntry, scratch: StatScratch): void {
  const link = entry.linkTarget ?? entry.hardLinkOf;
  const room = entry.path.length * 3 + (link?.length ?? 0) * 3 + LARGEST_NUMBERS_BYTES;
  if (room > scratch.buffer.length) scratch.buffer = Buffer.allocUnsafe(room);
  const stat = scratch.buffer;
  const length = writeStat(stat, entry, link);
  const { target, at } = writer.reserve(length + 16);
  target[at] = 0x12;
  const start = putVarint(target, at + 1, length);
  writer.commit(start + stat.copy(target, start, 0, length));
}

function writeStat(stat: Buffer, entry: ContextEntry, link: string | undefined): number {
  let end = putText(stat, 0, { field: 1, text: entry.path });
  stat[end] = 0x10;
  end = putVarint(stat, end + 1, goFileMode(entry.kind, entry.mode));
  if (entry.size > 0) {
    stat[end] = 0x28;
    end = putVarint(stat, end + 1, entry.size);
  }
  stat[end] = 0x30;
  end = putBigVarint(stat, end + 1, entry.mtimeNs);
  if (link !== undefined) end = putText(stat, end, { field: 7, text: link });
  if (entry.deviceNumbers !== undefined) {
    stat[end] = 0x40;
    end = putVarint(stat, end + 1, entry.deviceNumbers.major);
    stat[end] = 0x48;
    end = putVarint(stat, end + 1, entry.deviceNumbers.minor);
  }
  return end;
}

/** Ends the announcements. */
export function putLastStat(writer: FrameWriter): void {
  writer.commit(writer.reserve(0).at);
}

/** A piece of a file; an empty one ends it. */
export function putData(writer: FrameWriter, id: number, data: Buffer): void {
  putPacket(writer, PACKET.data, { id, data });
}

export function putFin(writer: FrameWriter): void {
  putPacket(writer, PACKET.fin, {});
}

export function putError(writer: FrameWriter, message: string): void {
  putPacket(writer, PACKET.error, { data: Buffer.from(message) });
}

function putPacket(
  writer: FrameWriter,
  type: number,
  { id, data = NO_DATA }: { readonly id?: number; readonly data?: Buffer },
): void {
  const { target, at } = writer.reserve(data.length + 24);
  target[at] = 0x08;
  target[at + 1] = type;
  let end = at + 2;
  if (id !== undefined) {
    target[end] = 0x18;
    end = putVarint(target, end + 1, id);
  }
  if (data.length > 0) {
    target[end] = 0x22;
    end = putVarint(target, end + 1, data.length);
    end += data.copy(target, end);
  }
  writer.commit(end);
}
