import { setTimeout as sleep } from 'node:timers/promises';
import type { Terminal } from '../io.ts';
import { UsageError } from '../parse/usage-error.ts';
import { createLiveArea } from '../terminal/live-area.ts';
import type { Report } from './model.ts';
import { pageOf } from './page.ts';
import { writeText } from './text.ts';

const PAUSE_MS = 2000;

/** Shows a report again and again in the same place, until the signal. What does not fit is left out at its end. */
export async function watchReport(
  terminal: Terminal,
  signal: AbortSignal,
  read: () => Promise<Report>,
): Promise<void> {
  if (!terminal.canRedraw) throw new UsageError('The option watch needs a terminal.');
  const area = createLiveArea(terminal);
  try {
    while (!signal.aborted) {
      const lines = writeText(await read(), pageOf(terminal))
        .trimEnd()
        .split('\n');
      const room = terminal.rows - 1;
      area.draw([], lines.length <= room ? lines : [...lines.slice(0, room - 1), '…']);
      await sleep(PAUSE_MS, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
