import { type ByteQueue, createByteQueue } from './byte-queue.ts';
import type { SlowContent } from './stream-scan.ts';

/** A content that `run` takes in its own time; it is among `slow` until that has ended. What `run` throws is thrown by `drained`. */
export function createSlowContent(
  slow: Set<SlowContent>,
  run: (queue: ByteQueue) => Promise<void>,
): SlowContent {
  const queue = createByteQueue();
  let isEnded = false;
  const over = run(queue).finally(() => queue.abandon());
  // Somebody always waits for it in the end; until then a failure is not unhandled.
  over.catch(() => {});
  const content: SlowContent = {
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
        slow.delete(content);
      }
    },
  };
  slow.add(content);
  return content;
}
