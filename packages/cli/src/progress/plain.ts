import type { FlowEvent, StageEvent } from '@de-build/core';
import { makeVisible } from '@de-build/core';
import type { Terminal } from '../io.ts';
import { checkLines } from '../report/finding-lines.ts';
import { leakParts } from '../report/leak-parts.ts';
import { textLines } from '../report/text.ts';
import { formatBytes, formatDuration } from '../terminal/quantities.ts';
import { createStyle } from '../terminal/style.ts';
import { startFlow, type Taken, takeEvent, type Work } from './flow-state.ts';
import type { ProgressView, ViewOptions } from './view.ts';
import { amountOf, titleOf } from './work-text.ts';

/** Between two lines about the same work. */
const SOONEST = 3000;
const LATEST = 10_000;

/**
 * Lines that are written once and never changed, for CI and files: `#12` is a step of the build, as in Docker's plain
 * progress, and the number after it the seconds since the step began.
 */
export function createPlainView(terminal: Terminal, { clock, isStory }: ViewOptions): ProgressView {
  const page = { columns: 100, style: createStyle(terminal.hasColours) };
  const { style } = page;
  const state = startFlow(clock.now());
  let last: number | undefined;
  let hasWritten = false;
  let wasHeading = false;

  function write(lines: readonly string[]): void {
    if (lines.length === 0) return;
    wasHeading = lines.length === 1 && lines[0]?.includes('==> ') === true;
    terminal.write(`${lines.join('\n')}\n`);
    hasWritten = true;
  }

  function heading(): readonly string[] {
    const { stage } = state;
    if (stage === undefined || stage.isOpen) return [];
    stage.isOpen = true;
    return [
      ...(hasWritten && !wasHeading ? [''] : []),
      style.strong(`==> ${makeVisible(stage.event.title)}`),
    ];
  }

  function stageLines(event: StageEvent, hasSteps: boolean): readonly string[] {
    const took = formatDuration(event.durationMs ?? 0);
    if (event.state === 'started') return isStory && event.stage !== 'plan' ? heading() : [];
    if (event.state === 'failed') return [style.bad(`==> FAILED ${makeVisible(event.title)} (${took})`)];
    return hasSteps ? [style.quiet(`==> built in ${took}`)] : [];
  }

  function stepLines(event: FlowEvent, { step, before, lines }: Taken): readonly string[] {
    if (step === undefined) return [];
    const number = style.accent(`#${step.number}`);
    const seconds = style.quiet(((clock.now() - step.startedAt) / 1000).toFixed(1));
    const all = lines.map((line) => `${number} ${seconds} ${line}`.trimEnd());
    if (event.type === 'build-step') {
      if (before === undefined || (event.state === 'started' && before !== 'started'))
        all.unshift(`${number} ${step.name}`);
      if (event.state === 'cached') all.push(`${number} CACHED`);
      if (event.state === 'done') all.push(`${number} DONE ${formatDuration(step.durationMs)}`);
      if (event.state === 'canceled') all.push(`${number} CANCELED`);
      if (event.state === 'failed') all.push(style.bad(`#${step.number} ERROR: ${step.error ?? 'failed'}`));
    }
    return withGap(step.number, all);
  }

  /** An empty line where the output of another step continues, for readability. */
  function withGap(step: number, lines: readonly string[]): readonly string[] {
    if (lines.length === 0) return lines;
    const isOther = last !== undefined && last !== step;
    last = step;
    return isOther ? ['', ...lines] : lines;
  }

  function workLines({ step, work }: Taken): readonly string[] {
    if (work === undefined) return [];
    const { event } = work;
    const amount = amountOf(event);
    if (step === undefined)
      return isDue(work, clock.now()) ? [...heading(), `${titleOf(event)}: ${amount}`] : [];
    const isShown = event.done ? event.current > 0 : isDue(work, clock.now());
    const far = event.done && event.unit === 'bytes' ? formatBytes(event.current) : amount;
    return isShown
      ? withGap(step.number, [`${style.accent(`#${step.number}`)} ${titleOf(event)} ${far}`])
      : [];
  }

  function linesOf(event: FlowEvent): readonly string[] {
    const hasSteps = state.stage?.hasSteps === true;
    const taken = takeEvent(state, event, clock.now());
    switch (event.type) {
      case 'stage':
        return stageLines(event, hasSteps);
      case 'check':
        return isStory ? checkLines(event, page) : [];
      case 'notice':
        return [`${event.level === 'warning' ? 'warning: ' : ''}${makeVisible(event.text)}`];
      case 'leak':
        return [...heading(), ...textLines(leakParts(event.leak, { hasFix: !event.isRefused }), page)];
      case 'progress':
        return workLines(taken);
      case 'build-warning':
        return [style.warning(`warning: ${makeVisible(event.text)}`)];
      default:
        return [...heading(), ...stepLines(event, taken)];
    }
  }

  return {
    event: (event) => write(linesOf(event)),
    end: () => undefined,
    hasWritten: () => hasWritten,
  };
}

/** After each quarter, but not too often; or after some time; and at the end of long work. */
function isDue(work: Work, now: number): boolean {
  const { current, total = 0, done } = work.event;
  const since = now - work.written.at;
  const quarter = total === 0 ? 0 : Math.floor((current / total) * 4);
  const wasWritten = work.written.at > work.startedAt;
  const isDue = done
    ? wasWritten || since >= SOONEST
    : since >= LATEST || (since >= SOONEST && quarter > work.written.quarter);
  if (isDue) work.written = { at: now, quarter };
  return isDue;
}

/** Keeps what made a command fail, and shows it when the command has failed. */
export function createQuietView(terminal: Terminal, options: ViewOptions): ProgressView {
  const kept: FlowEvent[] = [];
  return {
    event(event) {
      if (event.type === 'leak' || (event.type === 'check' && event.status === 'failed')) kept.push(event);
    },
    end({ error }) {
      const plain = createPlainView(terminal, { ...options, isStory: true });
      if (error !== undefined) for (const event of kept) plain.event(event);
    },
    hasWritten: () => false,
  };
}
