/** Text in pieces of which something is held back; a `RedactedStream` is one. */
export interface HoldingStream {
  write(chunk: string): string;
  pause(): string;
  end(): string;
}

export interface LiveText {
  write(chunk: string): void;
  end(): void;
}

/** How long a text is silent until it pauses. */
const PAUSE_MS = 150;

/** Passes on what a stream lets through, also while nothing more is written. */
export function createLiveText(stream: HoldingStream, onText: (text: string) => void): LiveText {
  let timer: NodeJS.Timeout | undefined;
  const pass = (text: string) => {
    if (text !== '') onText(text);
  };
  return {
    write(chunk) {
      clearTimeout(timer);
      pass(stream.write(chunk));
      timer = setTimeout(() => pass(stream.pause()), PAUSE_MS).unref();
    },
    end() {
      clearTimeout(timer);
      pass(stream.end());
    },
  };
}
