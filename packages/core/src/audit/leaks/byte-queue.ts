/** Bytes between a writer that pushes them and a reader that takes them asynchronously. */
export interface ByteQueue {
  push(piece: Buffer): void;
  end(): void;
  /** Nothing is read any more: what is pushed is dropped. */
  abandon(): void;
  /** Resolves when the writer should push more. */
  room(): Promise<void>;
  /** The next bytes, at least `length` of them unless the end comes before. They stay until they are skipped. */
  peek(length: number): Promise<Buffer>;
  skip(length: number): void;
  /** All pieces until the end. */
  pieces(): AsyncGenerator<Buffer, void, void>;
}

const FULL_BYTES = 1024 * 1024;

export function createByteQueue(): ByteQueue {
  let held: Buffer = Buffer.alloc(0);
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let wanted = 0;
  let isEnded = false;
  let isAbandoned = false;
  let wakeReader: (() => void) | undefined;
  let wakeWriter: (() => void) | undefined;

  const isFull = () => !isAbandoned && waitingBytes + held.length > FULL_BYTES + wanted;
  const more = () =>
    new Promise<void>((resolve) => {
      wakeReader = resolve;
      wakeWriter?.();
    });
  const join = () => {
    if (waiting.length === 0) return;
    held =
      held.length === 0 && waiting.length === 1 ? (waiting[0] as Buffer) : Buffer.concat([held, ...waiting]);
    waiting = [];
    waitingBytes = 0;
  };
  const freed = () => {
    if (!isFull()) wakeWriter?.();
  };

  return {
    push(piece) {
      if (isAbandoned) return;
      waiting.push(piece);
      waitingBytes += piece.length;
      if (held.length + waitingBytes >= wanted) wakeReader?.();
    },
    end() {
      isEnded = true;
      wakeReader?.();
    },
    abandon() {
      isAbandoned = true;
      held = Buffer.alloc(0);
      waiting = [];
      waitingBytes = 0;
      wakeWriter?.();
    },
    room() {
      if (!isFull()) return Promise.resolve();
      return new Promise((resolve) => {
        wakeWriter = resolve;
      });
    },
    async peek(length) {
      wanted = length;
      while (held.length + waitingBytes < length && !isEnded) await more();
      wanted = 0;
      if (held.length < length) join();
      return held;
    },
    skip(length) {
      held = held.subarray(length);
      freed();
    },
    async *pieces() {
      for (;;) {
        join();
        if (held.length === 0) {
          if (isEnded || isAbandoned) return;
          wanted = 1;
          await more();
          wanted = 0;
          continue;
        }
        const piece = held;
        held = Buffer.alloc(0);
        freed();
        yield piece;
      }
    },
  };
}
