import type { Terminal } from '../io.ts';
import { createStyle, type Style } from '../terminal/style.ts';

/** The page that text is written for. */
export interface Page {
  readonly style: Style;
  /** Text is wrapped and tables are cut to it; without it lines are not limited, for other programs. */
  readonly columns?: number;
}

/** The maximum width of text, even on a wider terminal: longer lines are hard to read. */
export const WIDEST_TEXT = 100;

export function pageOf(terminal: Pick<Terminal, 'isTTY' | 'hasColours' | 'columns'>): Page {
  const style = createStyle(terminal.hasColours);
  return terminal.isTTY ? { style, columns: terminal.columns } : { style };
}
