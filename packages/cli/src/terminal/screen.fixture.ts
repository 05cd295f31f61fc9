import stringWidth from 'fast-string-width';
import type { Terminal } from '../io.ts';

/**
 * A terminal for tests: it supports what the live view uses (LF, CR, cursor up, erase below, SGR ignored) and shows
 * what a person would see. Anything else is an error.
 */
export interface Screen extends Terminal {
  columns: number;
  rows: number;
  /** What has scrolled off the top, and what is visible. */
  lines(): readonly string[];
  readonly written: string[];
  isCursorVisible(): boolean;
}

export function createScreen(size: { columns: number; rows: number }, hasColours = false): Screen {
  let scrollback: string[] = [];
  let visible: string[] = [''];
  let row = 0;
  let column = 0;
  let isCursorVisible = true;
  const written: string[] = [];

  function lineFeed(): void {
    row += 1;
    column = 0;
    if (row >= screen.rows) {
      scrollback.push(visible.shift() ?? '');
      row -= 1;
    }
    visible[row] ??= '';
  }

  function put(sign: string): void {
    const width = sign < '\x7f' ? 1 : stringWidth(sign);
    if (column + width > screen.columns) lineFeed();
    const line = visible[row] ?? '';
    visible[row] = line.slice(0, column) + sign;
    column = (visible[row] ?? '').length;
  }

  function control(parameters: string, final: string): void {
    if (final === 'A') row = Math.max(0, row - Number(parameters || 1));
    else if (final === 'J' && parameters === '') {
      visible = visible.slice(0, row + 1);
      visible[row] = (visible[row] ?? '').slice(0, column);
    } else if (parameters === '?25' && (final === 'h' || final === 'l')) isCursorVisible = final === 'h';
    else if (final !== 'm') throw new Error(`The screen does not know CSI ${parameters}${final}`);
  }

  const screen: Screen = {
    ...size,
    isTTY: true,
    canRedraw: true,
    drained: async () => undefined,
    hasColours,
    written,
    isCursorVisible: () => isCursorVisible,
    lines: () => [...scrollback, ...visible].map((line) => line.trimEnd()),
    write(text) {
      written.push(text);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences
      for (const [part, parameters, final] of text.matchAll(/\x1b\[([?\d;]*)([A-Za-z])|[\s\S]/gu)) {
        if (final !== undefined) control(parameters ?? '', final);
        else if (part === '\n') lineFeed();
        else if (part === '\r') column = 0;
        else if (part < ' ') throw new Error(`A control character was written: ${JSON.stringify(part)}`);
        else put(part);
      }
    },
  };
  scrollback = [];
  return screen;
}
