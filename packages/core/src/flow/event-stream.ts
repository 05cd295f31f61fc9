/** An unbounded queue between a flow that emits events and a script that reads them with `for await`. */
export interface EventStream<Event> extends AsyncIterable<Event> {
  push(event: Event): void;
  close(): void;
}

/** Events wait here until they are read; `close` ends the reading after the last one. One reader only. */
export function createEventStream<Event>(): EventStream<Event> {
  const waiting: Event[] = [];
  let isClosed = false;
  let wake: (() => void) | undefined;

  async function* read() {
    for (;;) {
      const event = waiting.shift();
      if (event !== undefined) yield event;
      else if (isClosed) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  return {
    push(event) {
      waiting.push(event);
      wake?.();
    },
    close() {
      isClosed = true;
      wake?.();
    },
    [Symbol.asyncIterator]: () => read(),
  };
}
