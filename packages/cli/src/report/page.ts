import type { Terminal } from '../io.ts';
import { createStyle, type Style } from '../terminal/style.ts';

/** The page that text is written for. */
export interface Page {
  readonly style: Style;
  /** Text is wrapped and tables are fitted to it; without it sentences are one line, for other programs. */
  readonly columns?: number;
}

/** The width of a table in a file or a pipe. */
export const PIPED_TABLE = 120;

/** The maximum width of text, even on a wider terminal: longer lines are hard to read. */
export const WIDEST_TEXT = 100;

export function pageOf(terminal: Pick<Terminal, 'isTTY' | 'hasColours' | 'columns'>): Page {
  const style = createStyle(terminal.hasColours);
  return terminal.isTTY ? { style, columns: terminal.columns } : { style };
}
