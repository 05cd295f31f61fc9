/** Shows that work of the demo goes on. */
export interface DemoProgress {
  tell(text: string): void;
  /** Shows the work and its seconds if it takes longer than one, and at its end what it took. */
  during<Result>(title: string, work: () => Promise<Result>): Promise<Result>;
}

const SECOND = 1000;
/** Between two lines where they cannot be redrawn. */
const SECONDS_BETWEEN_LINES = 10;

export function createDemoProgress(
  output: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>,
  now: () => number = () => performance.now(),
): DemoProgress {
  const redraws = output.isTTY === true && process.env.TERM !== 'dumb';
  return {
    tell: (text) => void output.write(`${text}\n`),
    async during(title, work) {
      const started = now();
      let shown = 0;
      const timer = setInterval(() => {
        shown += 1;
        const seconds = Math.round((now() - started) / SECOND);
        if (redraws) output.write(`\r\x1b[K${title} … ${seconds} s`);
        else if (shown % SECONDS_BETWEEN_LINES === 1) output.write(`${title} … ${seconds} s\n`);
      }, SECOND);
      try {
        return await work();
      } finally {
        clearInterval(timer);
        if (shown > 0)
          output.write(`${redraws ? '\r\x1b[K' : ''}${title}: ${secondsSince(started, now())}\n`);
      }
    },
  };
}

/** `12.3 s` */
export function secondsSince(started: number, now = performance.now()): string {
  return `${((now - started) / SECOND).toFixed(1)} s`;
}
