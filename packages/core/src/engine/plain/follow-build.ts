import type { Readable } from 'node:stream';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import { engineAnswerUnreadable, engineIdle, engineLost } from '../../errors/engine-failures.ts';
import { buildStepFailed, buildWithoutImage } from '../../errors/plain-build-failures.ts';
import type { BuildRequest } from '../engine.ts';
import type { EngineTransport } from '../transport.ts';
import { watchSilence } from '../watch-silence.ts';
import { readJsonLines } from './json-lines.ts';
import { createStepRecorder, type StepDialect, type StepRecord } from './step-recorder.ts';

export interface FollowedBuild extends StepRecord {
  readonly imageId: string;
}

export interface FollowOptions {
  readonly transport: EngineTransport;
  readonly dialect: StepDialect;
  readonly request: Pick<BuildRequest, 'onEvent' | 'signal'>;
}

/**
 * Reads the answer of a plain `POST /build` to its end.
 * @throws DeBuildError `build-step-failed`, `build-without-image`, `engine-lost`, `engine-idle`; the signal's reason
 */
export async function followBuild(body: Readable, options: FollowOptions): Promise<FollowedBuild> {
  const { transport, request } = options;
  const recorder = createStepRecorder(options.dialect, request.onEvent ?? (() => undefined));
  const silence = watchSilence(transport, (seconds) =>
    body.destroy(engineIdle(transport.endpoint, 'the build', seconds)),
  );
  let imageId: string | undefined;
  try {
    for await (const message of readJsonLines(body)) {
      silence.broken();
      const error = errorOf(message);
      if (error !== undefined) {
        const record = recorder.end('failed', error);
        throw buildStepFailed(record.currentStep ?? 'its start', sentence(error), record.output);
      }
      imageId = idOf(message) ?? imageId;
      if (typeof message.stream === 'string') {
        recorder.takeText(message.stream);
      } else if (typeof message.status === 'string') takeStatus(recorder, message);
    }
  } catch (error) {
    if (request.signal?.aborted) {
      recorder.end('canceled');
      throw request.signal.reason;
    }
    if (isDeBuildError(error)) throw error;
    recorder.end('failed', 'The engine broke off.');
    if (error instanceof SyntaxError || (error as Error).name === 'SyntaxError') {
      throw imageId === undefined
        ? engineLost(transport.endpoint, 'the build', error)
        : engineAnswerUnreadable('POST /build', 'A line of it is not JSON.');
    }
    throw engineLost(transport.endpoint, 'the build', error);
  } finally {
    silence.end();
  }
  if (imageId === undefined) {
    recorder.end('failed', 'The engine broke off.');
    throw buildWithoutImage('The engine closed its answer without naming an image and without an error.');
  }
  return { ...recorder.end('done'), imageId };
}

function takeStatus(
  recorder: ReturnType<typeof createStepRecorder>,
  message: Readonly<Record<string, unknown>>,
): void {
  const detail = message.progressDetail as { current?: unknown; total?: unknown } | undefined;
  const label = [message.id, message.status].filter((part) => typeof part === 'string').join(': ');
  const current = typeof detail?.current === 'number' ? detail.current : 0;
  const total = typeof detail?.total === 'number' ? detail.total : 0;
  recorder.takeTransfer(label, current, total, total > 0 && current >= total);
}

function errorOf(message: Readonly<Record<string, unknown>>): string | undefined {
  const detail = (message.errorDetail as { message?: unknown } | undefined)?.message;
  if (typeof detail === 'string' && detail !== '') return detail;
  return typeof message.error === 'string' ? message.error : undefined;
}

function idOf(message: Readonly<Record<string, unknown>>): string | undefined {
  const id = (message.aux as { ID?: unknown } | undefined)?.ID;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
