import type { Terminal } from '../io.ts';
import { type ProgressView, systemClock, type ViewOptions } from './view.ts';

/** `auto` is the live view on a terminal and plain lines elsewhere; `quiet` shows only what made a command fail. */
export type Progress = 'auto' | 'plain' | 'json' | 'quiet';

/** Loads the one view that is needed. */
export async function createView(
  progress: Progress,
  terminal: Terminal,
  { isStory }: Pick<ViewOptions, 'isStory'>,
): Promise<ProgressView> {
  const options = { clock: systemClock, isStory };
  if (progress === 'json') return (await import('./json-lines.ts')).createJsonView(terminal, systemClock);
  if (progress === 'auto' && terminal.canRedraw)
    return (await import('./live.ts')).createLiveView(terminal, options);
  const { createPlainView, createQuietView } = await import('./plain.ts');
  return progress === 'quiet' ? createQuietView(terminal, options) : createPlainView(terminal, options);
}
