import type { Terminal } from '../io.ts';
import type { Clock, Progress, Renderer } from './renderer.ts';

export const systemClock: Clock = {
  now: Date.now,
  every(milliseconds, callback) {
    const timer = setInterval(callback, milliseconds);
    timer.unref();
    return () => clearInterval(timer);
  },
};

/** Loads the one renderer that is needed. */
export async function createRenderer(
  progress: Progress,
  terminal: Terminal,
  clock: Clock = systemClock,
): Promise<Renderer> {
  if (progress === 'json') return (await import('./json.ts')).createJsonRenderer(terminal, clock);
  if (progress === 'auto' && terminal.isTTY) {
    return (await import('./pretty.ts')).createPrettyRenderer(terminal, clock);
  }
  return (await import('./plain.ts')).createPlainRenderer(terminal, clock);
}
