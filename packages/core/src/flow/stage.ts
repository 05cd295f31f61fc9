import type { StageName } from './release-event.ts';
import type { Tools } from './tools.ts';

/** Runs a named step of the release; its start, end and duration are told from here, never from inside. */
export async function inStage<Result>(
  tools: Tools,
  stage: { readonly stage: StageName; readonly title: string },
  body: () => Promise<Result>,
): Promise<Result> {
  const started = performance.now();
  const duration = () => ({ durationMs: Math.round((performance.now() - started) * 10) / 10 });
  tools.emit({ type: 'stage', ...stage, state: 'started' });
  try {
    const result = await body();
    tools.emit({ type: 'stage', ...stage, state: 'done', ...duration() });
    return result;
  } catch (error) {
    tools.emit({ type: 'stage', ...stage, state: 'failed', ...duration() });
    throw error;
  }
}
