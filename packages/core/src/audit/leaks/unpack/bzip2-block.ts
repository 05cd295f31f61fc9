import type { BitReader } from './bit-reader.ts';

/** Symbols that share a code. */
const GROUP = 50;
const LONGEST_CODE = 20;
/** Symbols of a run; the others are places in the list of bytes. */
const RUN_A = 0;
const RUN_B = 1;
const PIECE_BYTES = 64 * 1024;

/** A canonical Huffman code: for each length the last code, and what to subtract for the index of the symbol. */
interface Code {
  readonly lasts: Int32Array;
  readonly bases: Int32Array;
  readonly symbols: readonly number[];
}

const damaged = () => new RangeError('It is damaged.');

/**
 * Unpacks what follows the mark of a block of bzip2: Huffman codes, places in a list of recent bytes, runs, the transform of
 * Burrows and Wheeler, and runs again.
 * @param block memory for the block; a larger one is damaged
 */
export function unpackBlock(bits: BitReader, block: Uint32Array, emit: (piece: Buffer) => void): void {
  // The checksum
  for (let half = 0; half < 2; half++) bits.read(16);
  if (bits.read(1) === 1) throw new RangeError('It was written by a bzip2 before 0.9.5.');
  const origin = bits.read(24);
  const recent = readUsedBytes(bits);
  const nextSymbol = readCodes(bits, recent.length + 2);
  const end = recent.length + 1;
  let filled = 0;
  let repeat = 0;
  let step = 1;
  for (;;) {
    const symbol = nextSymbol();
    if (symbol === RUN_A || symbol === RUN_B) {
      repeat += step * (symbol + 1);
      step *= 2;
      if (filled + repeat > block.length) throw damaged();
      continue;
    }
    block.fill(recent[0] as number, filled, filled + repeat);
    filled += repeat;
    repeat = 0;
    step = 1;
    if (symbol === end) break;
    if (filled === block.length) throw damaged();
    const byte = recent[symbol - 1] as number;
    recent.copyWithin(1, 0, symbol - 1);
    recent[0] = byte;
    block[filled++] = byte;
  }
  if (origin >= filled) throw damaged();
  emitRuns(linkBytes(block.subarray(0, filled)), origin, emit);
}

function readUsedBytes(bits: BitReader): Uint8Array {
  const used: number[] = [];
  const rows = bits.read(16);
  for (let row = 0; row < 16; row++) {
    const columns = rows & (0x8000 >> row) ? bits.read(16) : 0;
    for (let column = 0; column < 16; column++)
      if (columns & (0x8000 >> column)) used.push(row * 16 + column);
  }
  if (used.length === 0) throw damaged();
  return Uint8Array.from(used);
}

function readCodes(bits: BitReader, symbols: number): () => number {
  const codes = bits.read(3);
  const groups = bits.read(15);
  if (codes < 2 || codes > 6 || groups === 0) throw damaged();
  const order = Array.from({ length: codes }, (_, index) => index);
  const selectors = Array.from({ length: groups }, () => {
    let place = 0;
    while (bits.read(1) === 1) if (++place >= codes) throw damaged();
    order.unshift(...order.splice(place, 1));
    return order[0] as number;
  });
  const tables = order.map(() => readCode(bits, symbols));
  let group = 0;
  let left = 0;
  let code: Code | undefined;
  return () => {
    if (left === 0) {
      code = tables[selectors[group++] ?? codes];
      left = GROUP;
    }
    left--;
    if (code === undefined) throw damaged();
    let value = 0;
    for (let length = 1; length <= LONGEST_CODE; length++) {
      value = (value << 1) | bits.read(1);
      if (value > (code.lasts[length] as number)) continue;
      const symbol = code.symbols[value - (code.bases[length] as number)];
      if (symbol === undefined) break;
      return symbol;
    }
    throw damaged();
  };
}

function readCode(bits: BitReader, symbols: number): Code {
  let length = bits.read(5);
  const lengths = Array.from({ length: symbols }, () => {
    for (;;) {
      if (length < 1 || length > LONGEST_CODE) throw damaged();
      if (bits.read(1) === 0) return length;
      length += bits.read(1) === 0 ? 1 : -1;
    }
  });
  const lasts = new Int32Array(LONGEST_CODE + 1);
  const bases = new Int32Array(LONGEST_CODE + 1);
  const sorted: number[] = [];
  let code = 0;
  for (let each = 1; each <= LONGEST_CODE; each++) {
    bases[each] = code - sorted.length;
    lengths.forEach((one, symbol) => {
      if (one === each) sorted.push(symbol);
    });
    code = sorted.length + (bases[each] as number);
    lasts[each] = code - 1;
    code *= 2;
  }
  return { lasts, bases, symbols: sorted };
}

/** Adds to each byte where the next one is (the transform, undone). */
function linkBytes(block: Uint32Array): Uint32Array {
  const starts = new Uint32Array(257);
  for (const byte of block) (starts[byte + 1] as number)++;
  for (let byte = 1; byte < 257; byte++)
    starts[byte] = (starts[byte] as number) + (starts[byte - 1] as number);
  for (let at = 0; at < block.length; at++) {
    const byte = (block[at] as number) & 0xff;
    const place = starts[byte] as number;
    starts[byte] = place + 1;
    block[place] = (block[place] as number) | (at << 8);
  }
  return block;
}

/** After four equal bytes a number says how many more there are. */
function emitRuns(block: Uint32Array, origin: number, emit: (piece: Buffer) => void): void {
  let piece = Buffer.allocUnsafe(PIECE_BYTES);
  let filled = 0;
  const put = (byte: number) => {
    piece[filled++] = byte;
    if (filled < PIECE_BYTES) return;
    emit(piece);
    piece = Buffer.allocUnsafe(PIECE_BYTES);
    filled = 0;
  };
  let at = (block[origin] as number) >>> 8;
  let last = -1;
  let equal = 0;
  for (let left = block.length; left > 0; left--) {
    const entry = block[at] as number;
    const byte = entry & 0xff;
    at = entry >>> 8;
    if (equal === 4) {
      for (let more = byte; more > 0; more--) put(last);
      equal = 0;
      last = -1;
      continue;
    }
    equal = byte === last ? equal + 1 : 1;
    last = byte;
    put(byte);
  }
  emit(piece.subarray(0, filled));
}
