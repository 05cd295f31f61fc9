import type { TransferProgress } from '@de-build/core';
import { makeVisible } from '@de-build/core';
import type { Terminal } from '../io.ts';
import { formatBytes } from './quantities.ts';

/** A line at the end of the terminal that tells how far a transfer is; nothing where there is no terminal. */
export interface TransferLine {
  take(progress: TransferProgress | ImageReading): void;
  /** Takes the line away. */
  end(): void;
}

/** An image that is searched. */
export interface ImageReading extends Omit<TransferProgress, 'doing'> {
  readonly doing: 'searching';
}

const DOING: Readonly<Record<(TransferProgress | ImageReading)['doing'], string>> = {
  searching: 'Searching',
  saving: 'Saving',
  pushing: 'Pushing',
  checking: 'Checking',
  loading: 'Loading',
  pulling: 'Pulling',
};

/** So seldom that it costs nothing, so often that it is seen to move. */
const REDRAW_MS = 100;
const ERASE_LINE = '\r\x1b[2K';

export function createTransferLine(terminal: Terminal, now: () => number = Date.now): TransferLine {
  let drawnAt: number | undefined;
  return {
    take({ doing, what, current, total }) {
      if (!terminal.isTTY || (drawnAt !== undefined && now() - drawnAt < REDRAW_MS)) return;
      drawnAt = now();
      const done = total === 0 ? '' : ` of ${formatBytes(total)} (${Math.floor((current / total) * 100)} %)`;
      const far = `${formatBytes(current)}${done}`;
      const name = `${DOING[doing]} ${makeVisible(what)}`;
      const room = Math.max(0, terminal.columns - far.length - 2);
      const shown = name.length > room ? `${name.slice(0, Math.max(0, room - 1))}…` : name;
      terminal.write(`${ERASE_LINE}${shown} ${far}`);
    },
    end() {
      if (drawnAt !== undefined) terminal.write(ERASE_LINE);
    },
  };
}
