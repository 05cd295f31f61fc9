import type { ReleaseEvent, StageEvent } from '@de-build/core';
import { makeVisible } from '@de-build/core';
import type { Terminal } from '../io.ts';
import { type BoardEvent, createBuildBoard, isBoardEvent, type Told } from './build-board.ts';
import { shortLabel } from './build-view.ts';
import { checkLines } from './finding-lines.ts';
import { leakLines } from './leaks.ts';
import { planLines, releasedLines, reportLines } from './outcome-lines.ts';
import { formatBytes, formatDuration } from './quantities.ts';
import { rebuiltLines } from './rebuild.ts';
import type { Clock, Outcome, Renderer } from './renderer.ts';
import { createStyle } from './style.ts';

/**
 * Lines that are written once and never changed, for CI and files: `#12` is a step of the build, as in
 * Docker's plain progress, and the number after it the seconds since the step began.
 */
export function createPlainRenderer(terminal: Terminal, clock: Clock): Renderer {
  const page = { columns: 100, style: createStyle(terminal.hasColours) };
  const { style } = page;
  const board = createBuildBoard();
  let last: number | undefined;

  const write = (lines: readonly string[]) => {
    if (lines.length > 0) terminal.write(`${lines.join('\n')}\n`);
  };

  function stageLines({ state, title, durationMs, stage }: StageEvent): readonly string[] {
    if (state === 'started')
      return stage === 'plan' || stage === 'read'
        ? []
        : [...gapBefore(stage), style.bold(`==> ${makeVisible(title)}`)];
    if (state === 'failed')
      return [style.red(`==> FAILED ${makeVisible(title)} (${formatDuration(durationMs ?? 0)})`)];
    return stage === 'build' ? [style.dim(`==> built in ${formatDuration(durationMs ?? 0)}`)] : [];
  }

  function buildLines(event: BoardEvent) {
    const known = board.steps.get(event.step)?.state;
    const wasDone = isDone(event);
    const told = board.take(event, clock.now());
    const { step } = told;
    const number = style.cyan(`#${step.number}`);
    const lines = logLines(told, number);
    if (event.type === 'progress' && event.done && event.current > 0 && !wasDone) {
      lines.push(`${number} ${shortLabel(event.title)} ${formatBytes(event.current)}`);
    }
    if (event.type !== 'build-step') return withGap(step.number, lines);
    if (known === undefined || (event.state === 'started' && known !== 'started'))
      lines.unshift(`${number} ${step.name}`);
    if (event.state === 'cached') lines.push(`${number} CACHED`);
    if (event.state === 'done') lines.push(`${number} DONE ${formatDuration(step.durationMs)}`);
    if (event.state === 'canceled') lines.push(`${number} CANCELED`);
    if (event.state === 'failed')
      lines.push(style.red(`${`#${step.number}`} ERROR: ${step.error ?? 'failed'}`));
    return withGap(step.number, lines);
  }

  /** Builders tell the end of a transfer more than once. */
  function isDone(event: BoardEvent): boolean {
    if (event.type !== 'progress') return false;
    return board.steps.get(event.step)?.transfers.get(event.id)?.done ?? false;
  }

  function gapBefore(stage: StageEvent['stage']): readonly string[] {
    return stage === 'build' || stage === 'verify' ? [''] : [];
  }

  function logLines({ step, lines }: Told, number: string): string[] {
    const seconds = style.dim(((clock.now() - step.startedAt) / 1000).toFixed(1));
    return lines.map((line) => `${number} ${seconds} ${line}`.trimEnd());
  }

  /** An empty line where another step goes on, as it is easier to read. */
  function withGap(step: number, lines: readonly string[]): readonly string[] {
    if (lines.length === 0) return lines;
    const isOther = last !== undefined && last !== step;
    last = step;
    return isOther ? ['', ...lines] : lines;
  }

  function linesOf(event: ReleaseEvent): readonly string[] {
    if (event.type === 'stage') return stageLines(event);
    if (event.type === 'check') return checkLines(event, page);
    if (event.type === 'notice')
      return [`${event.level === 'warning' ? 'warning: ' : ''}${makeVisible(event.text)}`];
    if (event.type === 'leak') return leakLines(event.leak, page);
    if (event.type === 'build-warning') return [style.yellow(`warning: ${makeVisible(event.text)}`)];
    return isBoardEvent(event) ? buildLines(event) : [];
  }

  function outcomeLines(outcome: Outcome): readonly string[] {
    if ('result' in outcome) return ['', ...releasedLines(outcome.result, page)];
    if ('plan' in outcome)
      return ['', ...planLines(outcome.plan, { ...page, columns: Number.POSITIVE_INFINITY })];
    if ('rebuilt' in outcome) return ['', ...rebuiltLines(outcome.rebuilt, page)];
    return 'report' in outcome ? reportLines(outcome.report, page) : [];
  }

  return {
    event: (event) => write(linesOf(event)),
    end: (outcome) => write(outcomeLines(outcome)),
  };
}
