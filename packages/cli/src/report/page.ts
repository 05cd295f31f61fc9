import type { Terminal } from '../io.ts';
import { createStyle, type Style } from '../terminal/style.ts';

/** Where text goes. */
export interface Page {
  readonly style: Style;
  /** Text is broken and tables are cut to it; without it lines are as long as they are, for other programs to read. */
  readonly columns?: number;
}

/** Text gets no wider than this, however wide the terminal is: longer lines are hard to read. */
export const WIDEST_TEXT = 100;

export function pageOf(terminal: Pick<Terminal, 'isTTY' | 'hasColours' | 'columns'>): Page {
  const style = createStyle(terminal.hasColours);
  return terminal.isTTY ? { style, columns: terminal.columns } : { style };
}
