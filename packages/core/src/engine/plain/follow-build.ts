import type { Readable } from 'node:stream';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import { engineIdle, engineLost } from '../../errors/engine-failures.ts';
import { buildWithoutImage } from '../../errors/plain-build-failures.ts';
import type { BuildRequest } from '../engine.ts';
import { errorOf, progressOf } from '../read-messages.ts';
import type { EngineTransport } from '../transport.ts';
import { watchSilence } from '../watch-silence.ts';
import { readJsonLines } from './json-lines.ts';
import { createStepRecorder, type StepDialect, type StepRecord, type StepRecorder } from './step-recorder.ts';

/** How a plain build ended by the engine's own word. */
export type PlainOutcome = { readonly record: StepRecord } & (
  | { readonly imageId: string }
  | { readonly error: string }
);

export interface FollowOptions {
  readonly transport: Pick<EngineTransport, 'endpoint' | 'ping'>;
  readonly dialect: StepDialect;
  readonly request: Pick<BuildRequest, 'onEvent' | 'redactor' | 'signal'>;
}

/**
 * Reads the answer of a plain `POST /build` to its end.
 * @throws DeBuildError `build-without-image`, `engine-lost`, `engine-idle`; the signal's reason
 */
export async function followBuild(body: Readable, options: FollowOptions): Promise<PlainOutcome> {
  const { transport, request } = options;
  const tell = request.onEvent ?? (() => undefined);
  const recorder = createStepRecorder(options.dialect, tell, request.redactor);
  const silence = watchSilence(transport, (seconds) =>
    body.destroy(engineIdle(transport.endpoint, 'the build', seconds)),
  );
  let imageId: string | undefined;
  try {
    for await (const message of readJsonLines(body)) {
      silence.broken();
      const error = errorOf(message);
      if (error !== undefined) return { record: recorder.end('failed', error), error };
      imageId = idOf(message) ?? imageId;
      if (typeof message.stream === 'string') recorder.takeText(message.stream);
      else if (typeof message.status === 'string') takeStatus(recorder, message);
    }
    if (imageId !== undefined) return { record: recorder.end('done'), imageId };
  } catch (error) {
    if (request.signal?.aborted) {
      recorder.end('canceled');
      throw request.signal.reason;
    }
    recorder.end('failed', BROKEN_OFF);
    throw isDeBuildError(error) ? error : engineLost(transport.endpoint, 'the build', error);
  } finally {
    silence.end();
  }
  recorder.end('failed', BROKEN_OFF);
  // A dying engine may close its answer as if all were well.
  await transport.ping().catch((error: unknown) => {
    throw engineLost(transport.endpoint, 'the build', error);
  });
  throw buildWithoutImage('The engine closed its answer without naming an image and without an error.');
}

const BROKEN_OFF = 'The engine broke off.';

/** Progress of a base image that is being pulled. */
function takeStatus(recorder: StepRecorder, message: Readonly<Record<string, unknown>>): void {
  const label = [message.id, message.status].filter((part) => typeof part === 'string').join(': ');
  const { current, total } = progressOf(message);
  recorder.takeTransfer({ label, current, total, done: total > 0 && current >= total });
}

function idOf(message: Readonly<Record<string, unknown>>): string | undefined {
  const id = (message.aux as { ID?: unknown } | undefined)?.ID;
  return typeof id === 'string' && id !== '' ? id : undefined;
}
