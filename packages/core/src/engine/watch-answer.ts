import type { IncomingMessage } from 'node:http';

const LOOK_EVERY_MS = 1000;

/**
 * Ends an answer of which nothing more comes for so long, so that whoever reads it does not wait for ever. Reads nothing
 * itself: it looks at how many bytes the connection brought.
 */
export function watchAnswer(answer: IncomingMessage, withinMs: number, toError: () => Error): void {
  let bytes = -1;
  let heardAt = Date.now();
  const timer = setInterval(
    () => {
      const isWaitingForReader = answer.readableLength > 0;
      const { bytesRead } = answer.socket;
      if (bytesRead !== bytes || isWaitingForReader) {
        bytes = bytesRead;
        heardAt = Date.now();
      } else if (Date.now() - heardAt >= withinMs) answer.destroy(toError());
    },
    Math.min(LOOK_EVERY_MS, withinMs / 4),
  );
  timer.unref();
  answer.once('close', () => clearInterval(timer));
}
