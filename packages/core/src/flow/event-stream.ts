/** A queue between a flow that emits events and a script that reads them with `for await`. */
export interface EventStream<Event> extends AsyncIterable<Event> {
  push(event: Event): void;
  /** Resolves when all events are read; at once while nobody reads. */
  caughtUp(): Promise<void>;
  close(): void;
}

/** Events wait here until they are read; `close` ends the reading after the last one. One reader only. */
export function createEventStream<Event>(): EventStream<Event> {
  const waiting: Event[] = [];
  let isRead = false;
  let isClosed = false;
  let wake: (() => void) | undefined;
  let tellCaughtUp: (() => void) | undefined;

  async function* read() {
    isRead = true;
    try {
      for (;;) {
        const event = waiting.shift();
        if (event !== undefined) yield event;
        else if (isClosed) return;
        else {
          tellCaughtUp?.();
          await new Promise<void>((resolve) => (wake = resolve));
        }
      }
    } finally {
      isRead = false;
      isClosed = true;
      waiting.length = 0;
      tellCaughtUp?.();
    }
  }

  return {
    push(event) {
      if (isClosed) return;
      waiting.push(event);
      wake?.();
    },
    async caughtUp() {
      if (isRead && waiting.length > 0) await new Promise<void>((resolve) => (tellCaughtUp = resolve));
    },
    close() {
      isClosed = true;
      wake?.();
    },
    [Symbol.asyncIterator]: () => read(),
  };
}
