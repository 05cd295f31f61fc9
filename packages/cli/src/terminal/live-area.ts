import type { Terminal } from '../io.ts';
import { textWidth } from './text-width.ts';

/** The lower end of the terminal that is redrawn in place, below permanent lines. */
export interface LiveArea {
  /** Writes `permanent` lines, which scroll up and stay, and `live` lines, which replace the last ones. */
  draw(permanent: readonly string[], live: readonly string[]): void;
}

/**
 * Each frame is one write. The cursor is hidden only within it, so that a process that dies never leaves the
 * terminal without one; between frames it is at the start of the line below.
 */
export function createLiveArea(terminal: Terminal): LiveArea {
  let drawn: readonly string[] = [];
  return {
    draw(permanent, live) {
      if (permanent.length === 0 && sameLines(live, drawn)) return;
      const up = rowsOf(drawn, terminal.columns);
      const back = up === 0 ? '' : `\x1b[${up}A`;
      const lines = [...permanent, ...live].map((line) => `${line}\n`).join('');
      terminal.write(`\x1b[?25l${back}\r\x1b[J${lines}\x1b[?25h`);
      drawn = live;
    },
  };
}

/** How many rows the lines take now: a terminal that was made narrower has wrapped them. */
function rowsOf(lines: readonly string[], columns: number): number {
  return lines.reduce(
    (rows, line) => rows + Math.max(1, Math.ceil(textWidth(line) / Math.max(1, columns))),
    0,
  );
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}
