import { PassThrough, pipeline, type Readable } from 'node:stream';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import { engineIdle, engineLost } from '../../errors/engine-failures.ts';
import { imageNotLoaded } from '../../errors/engine-image-failures.ts';
import { explainStatus } from '../connection-error.ts';
import { errorOf } from '../engine-message.ts';
import { readJsonLines } from '../json-lines.ts';
import { readText } from '../read-text.ts';
import type { EngineTransport } from '../transport.ts';
import { watchSilence } from '../watch-silence.ts';

/** `docker load`. The engine says in the middle of its answer, and with a good status, that it failed. */
export async function loadImage(
  transport: EngineTransport,
  archive: Readable,
  signal: AbortSignal | undefined,
): Promise<void> {
  const ended = new AbortController();
  const silence = watchSilence(transport, (seconds) =>
    ended.abort(engineIdle(transport.endpoint, 'loading an image', seconds)),
  );
  let broken: Error | undefined;
  // A source that breaks off leaves the request open, for ever.
  const body = pipeline(archive.on('data', silence.broken), new PassThrough(), (error) => {
    if (error == null || archive.readableEnded) return;
    broken = error;
    ended.abort(error);
  });
  const either = signal === undefined ? ended.signal : AbortSignal.any([ended.signal, signal]);
  try {
    const { status, body: answer } = await transport.request({
      method: 'POST',
      path: '/images/load',
      query: { quiet: true },
      body,
      signal: either,
      answerWithinMs: Number.POSITIVE_INFINITY,
    });
    if (status >= 400) throw explainStatus(status, await readText(answer), 'POST /images/load');
    for await (const message of readJsonLines(answer)) {
      silence.broken();
      const error = errorOf(message);
      if (error !== undefined) throw imageNotLoaded(error);
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (ended.signal.aborted) throw broken ?? ended.signal.reason;
    throw isDeBuildError(error) ? error : engineLost(transport.endpoint, 'loading an image', error);
  } finally {
    silence.end();
    archive.destroy();
  }
}
