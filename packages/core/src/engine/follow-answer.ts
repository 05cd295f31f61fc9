import { PassThrough, pipeline, Readable } from 'node:stream';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { engineIdle, engineLost } from '../errors/engine-failures.ts';
import { omitUndefined } from '../omit-undefined.ts';
import { explainStatus } from './connection-error.ts';
import type { EngineMessage } from './engine-message.ts';
import { readJsonLines } from './json-lines.ts';
import { readText } from './read-text.ts';
import type { EngineRequest, EngineTransport } from './transport.ts';
import { type SilenceWatch, watchSilence } from './watch-silence.ts';

export interface LongRequest extends Omit<EngineRequest, 'answerWithinMs'> {
  /** For messages: `the build`. */
  readonly during: string;
  /** The error for a status of 400 and more, where the engine's own sentence does not do. */
  readonly explainRefusal?: (status: number, text: string) => Error | undefined;
}

/**
 * The messages of a request that may take hours; an engine that neither sends nor answers a ping ends it.
 * @throws DeBuildError `engine-*`; the signal's reason; the error of a body that breaks off
 */
export async function* followAnswer(
  transport: Pick<EngineTransport, 'endpoint' | 'ping' | 'request'>,
  { during, explainRefusal, signal, ...wanted }: LongRequest,
): AsyncGenerator<EngineMessage, void, void> {
  const { endpoint } = transport;
  const broken = new AbortController();
  const silence = watchSilence(transport, (seconds) => broken.abort(engineIdle(endpoint, during, seconds)));
  const upload = wanted.body instanceof Readable ? startUpload(wanted.body, silence, broken) : undefined;
  try {
    const { status, body } = await transport.request({
      ...wanted,
      ...omitUndefined({ body: upload }),
      signal: signal === undefined ? broken.signal : AbortSignal.any([broken.signal, signal]),
      answerWithinMs: Number.POSITIVE_INFINITY,
    });
    if (status >= 400) {
      const text = await readText(body);
      throw explainRefusal?.(status, text) ?? explainStatus(status, text, `${wanted.method} ${wanted.path}`);
    }
    for await (const message of readJsonLines(body)) {
      silence.broken();
      yield message;
    }
  } catch (error) {
    signal?.throwIfAborted();
    broken.signal.throwIfAborted();
    throw isDeBuildError(error) ? error : engineLost(endpoint, during, error);
  } finally {
    silence.end();
    if (wanted.body instanceof Readable) wanted.body.destroy();
  }
}

/** A body that breaks off would leave the request open for ever. */
function startUpload(body: Readable, silence: SilenceWatch, broken: AbortController): Readable {
  return pipeline(body.on('data', silence.broken), new PassThrough(), (error) => {
    if (error != null && !body.readableEnded) broken.abort(error);
  });
}
