import { omitUndefined } from '../../omit-undefined.ts';
import { type BuildOutcome, endedWithoutImage } from '../build-outcome.ts';
import type { BuildRequest } from '../engine.ts';
import { type EngineMessage, errorOf, imageIdOf, progressOf } from '../engine-message.ts';
import { followAnswer, type LongRequest } from '../follow-answer.ts';
import type { EngineTransport } from '../transport.ts';
import { createStepRecorder, type StepRecord, type StepRecorder } from './step-recorder.ts';

/**
 * Sends a build to Podman and follows its answer to the end.
 * @throws DeBuildError `build-without-image`, `engine-*`; as `followAnswer`
 */
export async function followBuild(
  transport: Pick<EngineTransport, 'endpoint' | 'ping' | 'request'>,
  wanted: Omit<LongRequest, 'during' | 'signal'>,
  { onEvent, redactor, signal }: Pick<BuildRequest, 'onEvent' | 'redactor' | 'signal'>,
): Promise<BuildOutcome & { readonly record: StepRecord }> {
  const recorder = createStepRecorder(onEvent ?? (() => undefined), redactor);
  let imageId: string | undefined;
  try {
    const request = { ...wanted, during: 'the build', ...omitUndefined({ signal }) };
    for await (const message of followAnswer(transport, request)) {
      const error = errorOf(message);
      if (error !== undefined) return { record: recorder.end('failed', error), error };
      imageId = imageIdOf(message) ?? imageId;
      if (typeof message.stream === 'string') recorder.takeText(message.stream);
      else if (typeof message.status === 'string') takeStatus(recorder, message);
    }
    if (imageId === undefined) throw await endedWithoutImage(transport);
    return { record: recorder.end('done'), imageId };
  } catch (error) {
    if (signal?.aborted) recorder.end('canceled');
    else recorder.end('failed', 'The engine broke off.');
    throw error;
  }
}

/** Progress of a base image that is being pulled. */
function takeStatus(recorder: StepRecorder, message: EngineMessage): void {
  const label = [message.id, message.status].filter((part) => typeof part === 'string').join(': ');
  const { current, total } = progressOf(message);
  recorder.takeTransfer({ label, current, total, done: total > 0 && current >= total });
}
