import type { ImageReadEvent, NoticeEvent, StageEvent } from '@de-build/core';
import { isDeBuildError, makeVisible } from '@de-build/core';
import type { Terminal } from '../io.ts';
import { type BoardEvent, type BoardStep, createBuildBoard, isBoardEvent } from './build-board.ts';
import { buildView, finishedLine, spinner } from './build-view.ts';
import { checkLines } from './finding-lines.ts';
import { leakLines } from './leaks.ts';
import { layLine } from './line.ts';
import { createLiveArea } from './live-area.ts';
import { planLines, releasedLines, reportLines } from './outcome-lines.ts';
import { countOf, formatBytes, formatDuration } from './quantities.ts';
import { rebuiltLines } from './rebuild.ts';
import type { Clock, Outcome, Renderer } from './renderer.ts';
import { createStyle } from './style.ts';
import { wrap } from './text-width.ts';

/** Twelve frames a second. */
const FRAME = 84;
/** Lines of a failed step's output, where the failure itself brings none. */
const FAILED_LINES = 20;
/** Stages that do nothing a person waits for; told only when they fail or are slow. */
const QUIET = new Set(['read', 'plan']);

/**
 * The live view: what has ended scrolls up and stays; below it, what runs now is drawn anew in place, with
 * the last lines of its output.
 */
export function createPrettyRenderer(terminal: Terminal, clock: Clock): Renderer {
  const style = createStyle(terminal.hasColours);
  const area = createLiveArea(terminal);
  const board = createBuildBoard();
  const startedAt = clock.now();
  let permanent: string[] = [];
  let stage: { readonly event: StageEvent; readonly startedAt: number } | undefined;
  let checks = 0;
  /** While an image is read: how far that is. */
  let read: ImageReadEvent | undefined;
  let failed: BoardStep | undefined;

  /** The last column stays free: some terminals wrap a line that fills it. */
  const page = () => ({ columns: Math.max(20, terminal.columns - 1), style });
  const stop = clock.every(FRAME, draw);

  function draw(): void {
    area.draw(permanent, liveLines());
    permanent = [];
  }

  function liveLines(): readonly string[] {
    const now = clock.now();
    if (stage?.event.stage === 'build') {
      return buildView(board, stage.startedAt, { ...page(), rows: terminal.rows, now });
    }
    const elapsed = formatDuration(now - (stage?.startedAt ?? startedAt));
    const isChecking = stage === undefined || stage.event.stage === 'check';
    const text = isChecking
      ? checks === 0
        ? 'checking'
        : `${countOf(checks, 'check')} done`
      : `${makeVisible(stage?.event.title ?? '')}${read === undefined ? '' : `, ${readSoFar(read)}`}`;
    const indent = isChecking ? '  ' : '';
    return [
      layLine([indent, spinner({ now, style }), ' ', [text, style.dim]], {
        ...page(),
        right: [elapsed, style.dim],
      }),
    ];
  }

  function stageChanged(event: StageEvent): void {
    const title = makeVisible(event.title);
    if (event.state === 'started') {
      stage = { event, startedAt: clock.now() };
      if (isSection(event))
        permanent.push(...(board.steps.size + checks === 0 ? [] : ['']), style.bold(title));
      if (event.stage === 'verify') permanent.push('');
      return;
    }
    stage = undefined;
    read = undefined;
    const right = [formatDuration(event.durationMs ?? 0), style.dim] as const;
    if (event.stage === 'build')
      permanent.push(layLine(['  ', [buildTotals(), style.dim]], { ...page(), right }));
    if (isSection(event)) return;
    if (event.state === 'done' && QUIET.has(event.stage) && (event.durationMs ?? 0) < 1000) return;
    const symbol = event.state === 'done' ? (['✓', style.green] as const) : (['✗', style.red] as const);
    permanent.push(layLine([symbol, ' ', title], { ...page(), right }));
  }

  function buildTotals(): string {
    const steps = [...board.steps.values()];
    const cached = steps.filter(({ state }) => state === 'cached').length;
    return `${countOf(steps.length, 'step')}${cached === 0 ? '' : `, ${cached} cached`}`;
  }

  function notice({ level, text }: Pick<NoticeEvent, 'level' | 'text'>): void {
    const symbol = level === 'warning' ? style.yellow('!') : style.cyan('·');
    const lines = wrap(makeVisible(text), page().columns - 4);
    permanent.push(...lines.map((line, index) => `  ${index === 0 ? symbol : ' '} ${line}`));
  }

  function buildEvent(event: BoardEvent) {
    const { step } = board.take(event, clock.now());
    if (event.type !== 'build-step' || event.state === 'started') return;
    permanent.push(finishedLine(step, page()));
    if (event.state === 'failed') failed = step;
  }

  function outcomeLines(outcome: Outcome): readonly string[] {
    if ('result' in outcome) return ['', ...releasedLines(outcome.result, page())];
    if ('plan' in outcome) return ['', ...planLines(outcome.plan, page())];
    if ('report' in outcome) return reportLines(outcome.report, page());
    if ('rebuilt' in outcome) return ['', ...rebuiltLines(outcome.rebuilt, page())];
    for (const step of board.steps.values()) {
      if (step.state === 'started') {
        permanent.push(finishedLine({ ...step, state: 'canceled' }, page()));
      }
    }
    const hasOutput = isDeBuildError(outcome.error) && outcome.error.output !== undefined;
    if (failed === undefined || hasOutput) return [];
    return failed.tail.slice(-FAILED_LINES).map((line) => `    ${style.dim('│')} ${line}`.trimEnd());
  }

  return {
    event(event) {
      if (event.type === 'stage') stageChanged(event);
      else if (event.type === 'check') {
        checks += 1;
        permanent.push(...checkLines(event, page()));
      } else if (event.type === 'notice') notice(event);
      else if (event.type === 'leak') permanent.push(...leakLines(event.leak, page()));
      else if (event.type === 'image-read') read = event;
      else if (event.type === 'build-warning') {
        notice({
          level: 'warning',
          text: event.url === undefined ? event.text : `${event.text} (${event.url})`,
        });
      } else if (isBoardEvent(event)) buildEvent(event);
    },
    end(outcome) {
      stop();
      const lines = outcomeLines(outcome);
      area.draw([...permanent, ...lines], []);
      permanent = [];
    },
  };
}

function readSoFar({ current, total }: ImageReadEvent): string {
  return `${formatBytes(current)} of ${formatBytes(total)} read`;
}

function isSection({ stage }: StageEvent): boolean {
  return stage === 'check' || stage === 'build';
}
