import type { ProgressEvent } from '@de-build/core';
import { makeVisible } from '@de-build/core';
import type { BoardStep, BuildBoard } from './build-board.ts';
import { layLine, type Piece } from './line.ts';
import { countOf, formatBytes, formatDuration } from './quantities.ts';
import type { Style } from './style.ts';
import { truncate } from './text-width.ts';

export interface View {
  readonly columns: number;
  readonly rows: number;
  readonly style: Style;
  /** Milliseconds, by our own clock. */
  readonly now: number;
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const LOG_LINES = 6;
/** More transfers than this become one line. */
const TRANSFERS = 3;
const BAR = 20;

/** The running steps, their output and transfers, and a line of totals; never higher than the terminal. */
export function buildView(board: BuildBoard, startedAt: number, view: View): readonly string[] {
  const all = [...board.steps.values()];
  const running = all.filter(({ state }) => state === 'started');
  const budget = Math.max(1, view.rows - 3);
  const shown = running.slice(0, budget);
  const hidden = running.length - shown.length;
  const below = shareRows(shown, budget - shown.length);
  const lines = shown.flatMap((step) => [
    runningLine(step, view),
    ...transferLines(step, view).slice(0, below.get(step) ?? 0),
    ...logLines(step, view, (below.get(step) ?? 0) - transferLines(step, view).length),
  ]);
  if (hidden > 0) lines.push(layLine([[`    … and ${hidden} more`, view.style.dim]], view));
  return [...lines, totalLine(all, startedAt, view)];
}

/** A step that has ended, as it stays in the scrollback. */
export function finishedLine(step: BoardStep, { columns, style }: Pick<View, 'columns' | 'style'>): string {
  const isQuiet = step.state === 'cached' || step.name.startsWith('[internal]');
  const name: Piece = isQuiet ? [shortName(step), style.dim] : shortName(step);
  const right = { cached: 'cached', canceled: 'canceled' }[step.state as string];
  const time: Piece = [right ?? formatDuration(step.durationMs), style.dim];
  return layLine(['  ', endSymbol(step, style), ' ', name], { columns, right: time });
}

export function spinner({ now, style }: Pick<View, 'now' | 'style'>): Piece {
  return [SPINNER[Math.floor(now / 100) % SPINNER.length] as string, style.cyan];
}

/** The instruction without what hides its point on one line: mounts and the rest of a digest. */
function shortName({ name }: BoardStep): string {
  return name.replace(/ --mount=\S+/g, '').replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+/g, '$1');
}

function endSymbol(step: BoardStep, style: Style): Piece {
  if (step.state === 'failed') return ['✗', style.red];
  if (step.state === 'canceled') return ['-', style.yellow];
  return ['✓', step.state === 'cached' ? style.dim : style.green];
}

function runningLine(step: BoardStep, view: View): string {
  const right: Piece = [formatDuration(view.now - step.startedAt), view.style.cyan];
  return layLine(['  ', spinner(view), ' ', [shortName(step), view.style.bold]], {
    columns: view.columns,
    right,
  });
}

/** Rows below each step: those that were heard last get theirs first. */
function shareRows(steps: readonly BoardStep[], rows: number): ReadonlyMap<BoardStep, number> {
  const shares = new Map<BoardStep, number>();
  let left = rows;
  for (const step of [...steps].sort((a, b) => b.heardAt - a.heardAt)) {
    const logs = Math.min(LOG_LINES, step.tail.length + begunLines(step).length);
    const wanted = logs + Math.min(TRANSFERS, openTransfers(step).length);
    const share = Math.max(0, Math.min(wanted, left));
    shares.set(step, share);
    left -= share;
  }
  return shares;
}

function begunLines({ partial }: BoardStep): readonly string[] {
  return [partial.stdout, partial.stderr]
    .filter((line) => line !== '')
    .map((line) => line.replaceAll('\t', '    '));
}

function logLines(step: BoardStep, { columns, style }: View, count: number): readonly string[] {
  if (count < 1) return [];
  return [...step.tail, ...begunLines(step)]
    .slice(-Math.min(count, LOG_LINES))
    .map((line) => style.dim(`    │ ${truncate(line, Math.max(1, columns - 6))}`.trimEnd()));
}

function transferLines(step: BoardStep, view: View): readonly string[] {
  const open = openTransfers(step);
  if (open.length <= TRANSFERS) return open.map((transfer) => transferLine(transfer, view));
  const sum = (pick: (transfer: ProgressEvent) => number) =>
    open.reduce((all, transfer) => all + pick(transfer), 0);
  const title = `${open.length} transfers`;
  const [current, total] = [sum((transfer) => transfer.current), sum((transfer) => transfer.total ?? 0)];
  return [transferLine({ title, current, total }, view)];
}

function openTransfers(step: BoardStep): readonly ProgressEvent[] {
  return [...step.transfers.values()].filter(({ done }) => !done);
}

function transferLine(
  { title, current, total = 0 }: Pick<ProgressEvent, 'title' | 'current' | 'total'>,
  { columns, style }: View,
): string {
  const name = shortLabel(title);
  if (current === 0 && total === 0) return layLine(['    ', [name, style.dim]], { columns });
  const size = total > 0 ? `${formatBytes(current)} / ${formatBytes(total)}` : formatBytes(current);
  const right: Piece = [size, style.dim];
  if (total === 0 || columns < 60) return layLine(['    ', [name, style.dim]], { columns, right });
  const filled = Math.min(BAR, Math.floor((current / total) * BAR));
  const bar: Piece[] = [
    ['━'.repeat(filled), style.cyan],
    ['━'.repeat(BAR - filled), style.dim],
  ];
  return layLine(['    ', ...(style.hasColours ? bar : plainBar(filled)), ' ', [name, style.dim]], {
    columns,
    right,
  });
}

/** Without colours the two halves need different signs. */
function plainBar(filled: number): readonly Piece[] {
  return ['[', '='.repeat(filled), ' '.repeat(BAR - filled), ']'];
}

/** `sha256:0123456789ab` instead of the whole digest; no colon at the end. */
export function shortLabel(label: string): string {
  return makeVisible(label)
    .replace(/(sha256:[0-9a-f]{12})[0-9a-f]+/g, '$1')
    .replace(/:$/, '');
}

function totalLine(all: readonly BoardStep[], startedAt: number, { columns, style, now }: View): string {
  const done = all.filter(({ state }) => state !== 'started' && state !== 'announced').length;
  const cached = all.filter(({ state }) => state === 'cached').length;
  const told = [
    `${countOf(done, 'step')} done${cached === 0 ? '' : `, ${cached} cached`}`,
    formatDuration(now - startedAt),
  ];
  return layLine(['  ', [told.join(' · '), style.dim]], { columns });
}
