import type { IncomingMessage } from 'node:http';

const LOOK_EVERY_MS = 1000;

/**
 * Ends an answer that pauses for this long, so that its reader does not wait forever. It reads nothing itself: it watches
 * how many bytes the connection received.
 */
export function watchAnswer(answer: IncomingMessage, withinMs: number, toError: () => Error): void {
  let bytes = -1;
  let receivedAt = Date.now();
  const timer = setInterval(
    () => {
      const isWaitingForReader = answer.readableLength > 0;
      const { bytesRead } = answer.socket;
      if (bytesRead !== bytes || isWaitingForReader) {
        bytes = bytesRead;
        receivedAt = Date.now();
      } else if (Date.now() - receivedAt >= withinMs) answer.destroy(toError());
    },
    Math.min(LOOK_EVERY_MS, withinMs / 4),
  );
  timer.unref();
  answer.once('close', () => clearInterval(timer));
}
