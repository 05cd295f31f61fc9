import type { Tools } from './tools.ts';

/** Runs a named stage of a flow; its start, end and duration are reported here, never inside. */
export async function inStage<Result>(
  { flow, emit }: Pick<Tools, 'flow' | 'emit'>,
  { stage, title }: { readonly stage: string; readonly title: string },
  body: () => Promise<Result>,
): Promise<Result> {
  if (!flow.stages.includes(stage)) throw new Error(`The flow ${flow.name} declares no stage ${stage}.`);
  const event = { type: 'stage', flow: flow.name, stage, title } as const;
  const started = performance.now();
  const duration = () => ({ durationMs: Math.round((performance.now() - started) * 10) / 10 });
  emit({ ...event, state: 'started' });
  try {
    const result = await body();
    emit({ ...event, state: 'done', ...duration() });
    return result;
  } catch (error) {
    emit({ ...event, state: 'failed', ...duration() });
    throw error;
  }
}
