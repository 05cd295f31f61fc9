import { createHash, type Hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { ContentHashes } from '../context/content-hashes.ts';
import type { ContextEntry } from '../context/context-entry.ts';
import { readFileInPieces, readSmallFile, SMALL_FILE_BYTES } from '../context/read-context-file.ts';
import {
  createStatScratch,
  PACKET,
  putData,
  putError,
  putFin,
  putLastStat,
  putStat,
  readPacket,
} from './fsutil-packet.ts';
import type { GrpcCall } from './grpc-server.ts';

export interface DiffCopyOptions {
  /** In fsutil's order. */
  readonly entries: AsyncIterable<readonly ContextEntry[]>;
  /** Called for each file whose content was sent. */
  readonly onSent?: (entry: ContextEntry) => void;
  /** Gets the hash of each content that was sent. */
  readonly hashes?: ContentHashes | undefined;
}

// Two pieces with their heads fill a chunk of the frame writer.
const PIECE_BYTES = 63 * 1024;
const STRETCH_MS = 20;

/**
 * The sender of fsutil's protocol: announces every entry, then sends the contents that the engine requests, until it is
 * done. Resolves with all announced entries.
 * @throws DeBuildError `context-*`; Error when the engine breaks off or breaks the protocol
 */
export async function diffCopy(call: GrpcCall, options: DiffCopyOptions): Promise<readonly ContextEntry[]> {
  const { writer } = call;
  const announced: ContextEntry[] = [];
  const requests = receiveRequests(call);
  try {
    const scratch = createStatScratch();
    for await (const batch of options.entries) {
      for (const entry of batch) {
        putStat(writer, entry, scratch);
        announced.push(entry);
      }
      if (writer.isFull()) await writer.flush();
    }
    putLastStat(writer);
    await writer.flush();
    await sendRequested(call, { ...options, announced, requests });
    putFin(writer);
    await writer.flush();
    return announced;
  } catch (error) {
    if (!call.signal.aborted) {
      putError(writer, (error as Error).message);
      await writer.flush().catch(() => undefined);
    }
    throw error;
  }
}

interface Requests {
  /** The next requested file; `undefined` while there is none. */
  take(): number | undefined;
  isOver(): boolean;
  /** Waits for the next request or the end. @throws what the engine reported */
  more(): Promise<void>;
}

/** Receives the engine's packets while we send, so that neither side waits for the other. */
function receiveRequests(call: GrpcCall): Requests {
  const wanted: number[] = [];
  let next = 0;
  let isOver = false;
  let failure: Error | undefined;
  let wake = (): void => undefined;

  const receive = async (): Promise<void> => {
    for await (const message of call.messages) {
      const packet = readPacket(message);
      if (packet.type === PACKET.request) wanted.push(packet.id);
      else if (packet.type === PACKET.error) throw new Error(`The engine gave up: ${packet.data.toString()}`);
      else if (packet.type === PACKET.fin) return;
      wake();
    }
    throw new Error('The engine closed the call');
  };
  receive()
    .catch((error: Error) => {
      failure = error;
    })
    .finally(() => {
      isOver = true;
      wake();
    });

  return {
    take: () => (next < wanted.length ? wanted[next++] : undefined),
    isOver: () => isOver && failure === undefined,
    async more() {
      if (failure !== undefined) throw failure;
      if (isOver || next < wanted.length) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (failure !== undefined) throw failure;
    },
  };
}

async function sendRequested(
  call: GrpcCall,
  options: DiffCopyOptions & { readonly announced: readonly ContextEntry[]; readonly requests: Requests },
): Promise<void> {
  const { requests, announced } = options;
  let stretchEnds = performance.now() + STRETCH_MS;
  for (;;) {
    const id = requests.take();
    if (id === undefined) {
      if (requests.isOver()) return;
      await call.writer.flush();
      await requests.more();
      continue;
    }
    const entry = announced[id];
    if (entry === undefined || (entry.kind !== 'file' && entry.kind !== 'socket')) {
      throw new Error(`The engine asked for the content of entry ${id}, which has none`);
    }
    await sendContent(call, entry, { ...options, id });
    if (performance.now() < stretchEnds) continue;
    await setImmediate();
    stretchEnds = performance.now() + STRETCH_MS;
  }
}

async function sendContent(
  { writer, signal }: GrpcCall,
  entry: ContextEntry,
  { id, hashes, onSent }: DiffCopyOptions & { readonly id: number },
): Promise<void> {
  const hash = hashes === undefined ? undefined : createHash('sha256');
  for await (const piece of contentOf(entry)) {
    signal.throwIfAborted();
    hash?.update(piece);
    putData(writer, id, piece);
    if (writer.isFull()) await writer.flush();
  }
  putData(writer, id, Buffer.alloc(0));
  if (writer.isFull()) await writer.flush();
  if (entry.kind === 'file') remember(entry, hash, hashes);
  onSent?.(entry);
}

function remember(entry: ContextEntry, hash: Hash | undefined, hashes: ContentHashes | undefined): void {
  if (hash !== undefined) hashes?.set(entry, hash.digest());
}

function contentOf(entry: ContextEntry): Iterable<Buffer> | AsyncIterable<Buffer> {
  if (entry.kind === 'socket') return [];
  if (entry.content !== undefined) return piecesOf(entry.content);
  if (entry.size > SMALL_FILE_BYTES) return readFileInPieces(entry, PIECE_BYTES);
  return piecesOf(readSmallFile(entry));
}

function* piecesOf(bytes: Buffer): Generator<Buffer, void, void> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}
