import type { ProgressEvent } from '@de-build/core';
import { countOf, formatDuration } from '../terminal/quantities.ts';
import { type Inline, layLine, type Span } from '../terminal/spans.ts';
import type { Style } from '../terminal/style.ts';
import type { FlowState, Step, Work } from './flow-state.ts';
import { amountOf, titleOf } from './work-text.ts';

export interface View {
  readonly columns: number;
  readonly rows: number;
  readonly style: Style;
  readonly hasColours: boolean;
  /** Milliseconds, by our own clock. */
  readonly now: number;
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const LOG_LINES = 6;
/** More than this becomes one line. */
const WORK_LINES = 3;
const BAR = 20;

/** What is running, in lines that are redrawn in place; never higher than the terminal. */
export function liveLines(state: FlowState, view: View): readonly string[] {
  const { stage, checks } = state;
  if (stage?.hasSteps === true) return buildLines(state, stage.startedAt, view);
  const text =
    checks > 0 && (stage === undefined || stage.isOpen)
      ? `${countOf(checks, 'check')} done`
      : stage === undefined
        ? 'Working'
        : titleOf(stage.event);
  const indent = stage?.isOpen === true ? '  ' : '';
  const right: Span = {
    text: formatDuration(view.now - (stage?.startedAt ?? state.startedAt)),
    tone: 'quiet',
  };
  return [
    layLine([indent, spinner(view), ' ', { text, tone: 'quiet' }], { ...view, right }),
    ...workLines(state.work, '  ', view).slice(0, Math.max(0, view.rows - 2)),
  ];
}

/** The running steps, their output and progress, and a line of totals. */
function buildLines(state: FlowState, startedAt: number, view: View): readonly string[] {
  const all = [...state.steps.values()];
  const running = all.filter((step) => step.state === 'started');
  const budget = Math.max(1, view.rows - 3);
  const shown = running.slice(0, budget);
  const hidden = running.length - shown.length;
  const below = shareRows(shown, budget - shown.length);
  const lines = shown.flatMap((step) => {
    const rows = below.get(step) ?? 0;
    const work = workLines(step.work, '    ', view).slice(0, rows);
    return [runningLine(step, view), ...work, ...logLines(step, view, rows - work.length)];
  });
  if (hidden > 0) lines.push(layLine({ text: `    … and ${hidden} more`, tone: 'quiet' }, view));
  return [...lines, totalLine(all, startedAt, view)];
}

/** A step that has ended, as it stays in the scrollback. */
export function finishedLine(
  { state, name, durationMs }: Pick<Step, 'state' | 'name' | 'durationMs'>,
  view: Pick<View, 'columns' | 'style'>,
): string {
  const isQuiet = state === 'cached' || name.startsWith('[internal]');
  const text: Span = { text: name, ...(isQuiet ? { tone: 'quiet' } : {}) };
  const time = state === 'cached' || state === 'canceled' ? state : formatDuration(durationMs);
  return layLine(['  ', endMark(state), ' ', text], { ...view, right: { text: time, tone: 'quiet' } });
}

/** `12 steps, 3 cached` */
export function countSteps(steps: readonly Step[], which = ''): string {
  const cached = steps.filter(({ state }) => state === 'cached').length;
  return `${countOf(steps.length, 'step')}${which}${cached === 0 ? '' : `, ${cached} cached`}`;
}

function spinner({ now }: Pick<View, 'now'>): Span {
  return { text: SPINNER[Math.floor(now / 100) % SPINNER.length] as string, tone: 'accent' };
}

function endMark(state: Step['state']): Span {
  if (state === 'failed') return { text: '✗', tone: 'bad' };
  if (state === 'canceled') return { text: '-', tone: 'warning' };
  return { text: '✓', tone: state === 'cached' ? 'quiet' : 'good' };
}

function runningLine({ name, startedAt }: Step, view: View): string {
  const right: Span = { text: formatDuration(view.now - startedAt), tone: 'accent' };
  return layLine(['  ', spinner(view), ' ', { text: name, tone: 'strong' }], { ...view, right });
}

/** Rows below each step: the steps with the newest output get theirs first. */
function shareRows(steps: readonly Step[], rows: number): ReadonlyMap<Step, number> {
  const shares = new Map<Step, number>();
  let left = rows;
  for (const step of [...steps].sort((a, b) => b.heardAt - a.heardAt)) {
    const logs = Math.min(LOG_LINES, step.tail.length + begunLines(step).length);
    const share = Math.max(0, Math.min(logs + Math.min(WORK_LINES, openWork(step.work).length), left));
    shares.set(step, share);
    left -= share;
  }
  return shares;
}

function begunLines({ partial }: Step): readonly string[] {
  return [partial.stdout, partial.stderr]
    .filter((line) => line !== '')
    .map((line) => line.replaceAll('\t', '    '));
}

function logLines(step: Step, view: View, count: number): readonly string[] {
  if (count < 1) return [];
  return [...step.tail, ...begunLines(step)]
    .slice(-Math.min(count, LOG_LINES))
    .map((line) => layLine({ text: `    │ ${line}`, tone: 'quiet' }, view).trimEnd());
}

function openWork(all: ReadonlyMap<string, Work>): readonly ProgressEvent[] {
  return [...all.values()].map(({ event }) => event).filter(({ done }) => !done);
}

function workLines(all: ReadonlyMap<string, Work>, indent: string, view: View): readonly string[] {
  const open = openWork(all);
  const [first] = open;
  if (first === undefined || open.length <= WORK_LINES)
    return open.map((work) => workLine(work, indent, view));
  const same = open.filter(({ unit }) => unit === first.unit);
  const sum = (pick: (work: ProgressEvent) => number) => same.reduce((total, work) => total + pick(work), 0);
  const total = sum(({ total = 0 }) => total);
  const current = sum((work) => work.current);
  return [workLine({ title: `${open.length} transfers`, unit: first.unit, current, total }, indent, view)];
}

function workLine(
  work: Pick<ProgressEvent, 'title' | 'unit' | 'current' | 'total'>,
  indent: string,
  view: View,
): string {
  const { current, total = 0 } = work;
  const name: Span = { text: titleOf(work), tone: 'quiet' };
  const right: Span = { text: amountOf(work), tone: 'quiet' };
  if (total === 0 || view.columns < 60) return layLine([indent, name], { ...view, right });
  const filled = Math.min(BAR, Math.floor((current / total) * BAR));
  return layLine([indent, ...bar(filled, view), ' ', name], { ...view, right });
}

/** Without colours the two halves need different signs. */
function bar(filled: number, { hasColours }: View): readonly Exclude<Inline, readonly unknown[]>[] {
  return hasColours
    ? [
        { text: '━'.repeat(filled), tone: 'accent' },
        { text: '━'.repeat(BAR - filled), tone: 'quiet' },
      ]
    : [`[${'='.repeat(filled)}${' '.repeat(BAR - filled)}]`];
}

function totalLine(all: readonly Step[], startedAt: number, view: View): string {
  const done = all.filter(({ state }) => state !== 'started' && state !== 'announced');
  const text = `${countSteps(done, ' done')} · ${formatDuration(view.now - startedAt)}`;
  return layLine({ text: `  ${text}`, tone: 'quiet' }, view);
}
