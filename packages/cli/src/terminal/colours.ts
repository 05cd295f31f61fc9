import type { Io, Terminal } from '../io.ts';

export type Color = 'auto' | 'always' | 'never';

/**
 * Whether text is coloured if no option sets it. `NO_COLOR` (no-color.org) comes first, then `FORCE_COLOR`, then
 * `CLICOLOR_FORCE` and `CLICOLOR` (bixense.com/clicolors), and last the terminal.
 */
export function wantsColours(environment: Io['environment'], isTTY: boolean): boolean {
  const { NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE, CLICOLOR, TERM } = environment;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  if (CLICOLOR_FORCE !== undefined && CLICOLOR_FORCE !== '0' && CLICOLOR_FORCE !== '') return true;
  return isTTY && TERM !== 'dumb' && CLICOLOR !== '0';
}

/** The same streams, with the colours that `--color` sets. */
export function withColours<Streams extends Pick<Io, 'stdout' | 'stderr'>>(
  io: Streams,
  color: Color = 'auto',
): Streams {
  if (color === 'auto') return io;
  const painted = (terminal: Terminal): Terminal =>
    Object.create(terminal, { hasColours: { value: color === 'always' } });
  return { ...io, stdout: painted(io.stdout), stderr: painted(io.stderr) };
}
