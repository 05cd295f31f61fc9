import type { FlowEvent, NoticeEvent, StageEvent } from '@de-build/core';
import { isDeBuildError } from '@de-build/core';
import type { Terminal } from '../io.ts';
import { checkLines } from '../report/finding-lines.ts';
import { leakParts } from '../report/leak-parts.ts';
import { MARKS, note } from '../report/model.ts';
import { textLines } from '../report/text.ts';
import { createLiveArea } from '../terminal/live-area.ts';
import { formatDuration } from '../terminal/quantities.ts';
import { layLine } from '../terminal/spans.ts';
import { createStyle } from '../terminal/style.ts';
import { startFlow, takeEvent } from './flow-state.ts';
import { countSteps, finishedLine, liveLines } from './live-lines.ts';
import type { ProgressView, ViewOptions } from './view.ts';
import { titleOf } from './work-text.ts';

/** Twelve frames a second. */
const FRAME = 84;
/** Lines of a failed step's output, if the failure itself has none. */
const FAILED_LINES = 20;
/** Shown only when it fails or is slow. */
const QUICK_STAGE = 'plan';

/**
 * The live view: what has ended scrolls up and stays; below it, what is running is redrawn in place, with
 * the last lines of its output.
 */
export function createLiveView(terminal: Terminal, { clock, isStory }: ViewOptions): ProgressView {
  const style = createStyle(terminal.hasColours);
  const area = createLiveArea(terminal);
  const state = startFlow(clock.now());
  let waiting: string[] = [];
  let hasWritten = false;
  /** The next permanent line is separated from a section that has ended. */
  let needsGap = false;
  let stopFrames: (() => void) | undefined;

  /** The last column stays free: some terminals wrap a line that fills it. */
  const page = () => ({ columns: Math.max(20, terminal.columns - 1), style });

  function draw(): void {
    const view = { ...page(), rows: terminal.rows, hasColours: terminal.hasColours, now: clock.now() };
    area.draw(waiting, liveLines(state, view));
    waiting = [];
  }

  function keep(lines: readonly string[]): void {
    if (lines.length === 0) return;
    waiting.push(...(needsGap && hasWritten ? [''] : []), ...lines);
    needsGap = false;
    hasWritten = true;
  }

  /** The lines of a stage are below its title, which is written with the first of them. */
  function openStage(): void {
    const { stage } = state;
    if (stage === undefined || stage.isOpen) return;
    needsGap = true;
    keep([style.strong(titleOf(stage.event))]);
    stage.isOpen = true;
  }

  function keepInStage(lines: readonly string[]): void {
    openStage();
    keep(lines);
  }

  function stageEnded(event: StageEvent, { isOpen = false, hasSteps = false } = {}): void {
    const right = { text: formatDuration(event.durationMs ?? 0), tone: 'quiet' } as const;
    if (hasSteps) {
      const totals = { text: `  ${countSteps([...state.steps.values()])}`, tone: 'quiet' } as const;
      keep([layLine(totals, { ...page(), right })]);
    }
    if (isOpen) needsGap = true;
    const isQuick = event.stage === QUICK_STAGE && (event.durationMs ?? 0) < 1000;
    if (isOpen || (event.state === 'done' && (!isStory || isQuick))) return;
    keep([
      layLine([event.state === 'done' ? MARKS.good : MARKS.bad, ` ${titleOf(event)}`], { ...page(), right }),
    ]);
  }

  function notice({ level, text }: Pick<NoticeEvent, 'level' | 'text'>): readonly string[] {
    const lines = textLines([note(text, level === 'warning' ? MARKS.warning : MARKS.info)], {
      ...page(),
      columns: page().columns - 2,
    });
    return lines.map((line) => `  ${line}`);
  }

  function take(event: FlowEvent): void {
    const stage = state.stage;
    const { step } = takeEvent(state, event, clock.now());
    if (event.type === 'stage' && event.state !== 'started') stageEnded(event, stage);
    else if (event.type === 'check' && isStory) keepInStage(checkLines(event, page()));
    else if (event.type === 'notice') keep(notice(event));
    else if (event.type === 'leak')
      keepInStage(textLines(leakParts(event.leak, { hasFix: !event.isRefused }), page()));
    else if (event.type === 'build-warning') {
      const text = event.url === undefined ? event.text : `${event.text} (${event.url})`;
      keepInStage(notice({ level: 'warning', text }));
    } else if (event.type === 'build-step' && step !== undefined) {
      keepInStage(event.state === 'started' ? [] : [finishedLine(step, page())]);
    }
  }

  return {
    event(event) {
      take(event);
      stopFrames ??= clock.every(FRAME, draw);
    },
    end({ error }) {
      stopFrames?.();
      if (error !== undefined) {
        for (const step of state.steps.values()) {
          if (step.state === 'started') keep([finishedLine({ ...step, state: 'canceled' }, page())]);
        }
        const hasOutput = isDeBuildError(error) && error.output !== undefined;
        const tail = hasOutput ? [] : (state.failedStep?.tail.slice(-FAILED_LINES) ?? []);
        keep(tail.map((line) => `    ${style.quiet('│')} ${line}`.trimEnd()));
      }
      if (stopFrames !== undefined) area.draw(waiting, []);
      waiting = [];
    },
    hasWritten: () => hasWritten,
  };
}
