import type { ContentSink } from '../content-sink.ts';
import { type ByteQueue, createByteQueue } from './byte-queue.ts';

/** A content that is read while the stream it is in goes on. */
export interface BackgroundContent extends ContentSink {
  /** Resolves when it can take more, or when it is read completely. @throws what its reader threw */
  drained(): Promise<void>;
}

/** Reads a content by `read`; it is in `background` until it was drained after its end. */
export function openInBackground(
  background: Set<BackgroundContent>,
  read: (queue: ByteQueue) => Promise<void>,
): BackgroundContent {
  const queue = createByteQueue();
  let isEnded = false;
  const over = read(queue).finally(() => queue.abandon());
  // `drained` throws it; until it is called, a failure must not count as unhandled.
  over.catch(() => {});
  const content: BackgroundContent = {
    data: (piece) => queue.push(piece),
    end() {
      isEnded = true;
      queue.end();
    },
    async drained() {
      if (!isEnded) return queue.room();
      try {
        await over;
      } finally {
        background.delete(content);
      }
    },
  };
  background.add(content);
  return content;
}
