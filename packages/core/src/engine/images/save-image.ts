import { PassThrough, type Readable } from 'node:stream';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import { engineIdle, engineLost } from '../../errors/engine-failures.ts';
import { explainStatus } from '../connection-error.ts';
import { readText } from '../read-text.ts';
import type { EngineTransport } from '../transport.ts';
import { watchSilence } from '../watch-silence.ts';

/** Read ahead, so that the engine works while the reader hashes. */
const READ_AHEAD_BYTES = 1024 * 1024;

/**
 * An image as `docker save` writes it. The engine may take minutes before the first byte: Docker 20.10 copies all layers
 * to a folder of its own first. The stream fails with a DeBuildError `engine-lost` or `engine-idle` when the engine
 * breaks off, and with the signal's reason on an abort; destroying it ends the request.
 * @throws DeBuildError `engine-object-missing`, `engine-*`; the signal's reason
 */
export async function saveImage(
  transport: EngineTransport,
  image: string,
  signal: AbortSignal | undefined,
): Promise<Readable> {
  const dead = new AbortController();
  const silence = watchSilence(transport, (seconds) =>
    dead.abort(engineIdle(transport.endpoint, 'saving an image', seconds)),
  );
  const signals = signal === undefined ? [dead.signal] : [dead.signal, signal];
  const either = AbortSignal.any(signals);
  try {
    const asked = `/images/${image}/get`;
    const { status, body } = await transport.request({
      method: 'GET',
      path: asked,
      signal: either,
      answerWithinMs: Number.POSITIVE_INFINITY,
    });
    if (status >= 400) throw explainStatus(status, await readText(body), `GET ${asked}`);
    return watched(body, { signal: either, silence, endpoint: transport.endpoint });
  } catch (error) {
    silence.end();
    throw error;
  }
}

function watched(
  body: Readable,
  watch: {
    readonly signal: AbortSignal;
    readonly silence: ReturnType<typeof watchSilence>;
    readonly endpoint: string;
  },
): Readable {
  const image = new PassThrough({ highWaterMark: READ_AHEAD_BYTES });
  const fail = (error?: unknown) => {
    const reason = watch.signal.aborted ? watch.signal.reason : error;
    image.destroy(isDeBuildError(reason) || watch.signal.aborted ? reason : lost(watch.endpoint, reason));
  };
  body.on('data', watch.silence.broken);
  body.on('error', fail);
  body.on('close', () => {
    watch.silence.end();
    if (!body.readableEnded) fail();
  });
  image.on('close', () => body.destroy());
  return body.pipe(image);
}

function lost(endpoint: string, cause: unknown) {
  return engineLost(endpoint, 'saving an image', cause ?? new Error('The connection was closed.'));
}
