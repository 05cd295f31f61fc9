import { StringDecoder } from 'node:string_decoder';
import { createLiveText, type HoldingStream } from './live-text.ts';

/** Takes secrets out of text that comes in pieces; a `Redactor` is one. */
export interface StreamRedactor {
  stream(): HoldingStream;
}

export interface Collected {
  /** `false` when it is more than is kept. */
  add(chunk: Buffer): boolean;
  text(): string;
}

export function collectAll(maxBytes: number): Collected {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    add(chunk) {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      return size <= maxBytes;
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}

/** Keeps the end, in whole lines: half a secret would not be recognised as one. */
export function collectEnd(maxBytes: number): Collected {
  let kept = Buffer.alloc(0);
  let isCut = false;
  return {
    add(chunk) {
      kept = Buffer.concat([kept, chunk]);
      if (kept.length > maxBytes) {
        isCut = true;
        kept = kept.subarray(kept.length - maxBytes);
      }
      return true;
    },
    text: () => (isCut ? kept.subarray(kept.indexOf('\n') + 1 || kept.length) : kept).toString('utf8'),
  };
}

/** A line that is longer comes in pieces. */
const LONGEST_LINE = 64 * 1024;

export interface LineReader {
  add(chunk: Buffer): void;
  end(): void;
}

export function createLineReader(
  redactor: StreamRedactor | undefined,
  onLine: (line: string) => void,
): LineReader {
  const decoder = new StringDecoder('utf8');
  let held = '';
  let endedWithReturn = false;
  const take = (text: string): void => {
    if (text === '') return;
    const lines = (held + (endedWithReturn ? text.replace(/^\n/, '') : text)).split(/\r\n|\r|\n/);
    endedWithReturn = text.endsWith('\r');
    held = lines.pop() ?? '';
    for (const line of lines) onLine(line);
    if (held.length <= LONGEST_LINE) return;
    onLine(held);
    held = '';
  };
  const redacted = redactor === undefined ? undefined : createLiveText(redactor.stream(), take);
  const pass = redacted?.write ?? take;
  return {
    add: (chunk) => pass(decoder.write(chunk)),
    end() {
      pass(decoder.end());
      redacted?.end();
      if (held !== '') onLine(held);
    },
  };
}
