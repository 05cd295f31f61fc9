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

type LongTransport = Pick<EngineTransport, 'endpoint' | 'ping' | 'request'>;

export interface LongRequest extends Omit<EngineRequest, 'answerWithinMs'> {
  /** For messages: `the build`. */
  readonly during: string;
  /** The error for a status of 400 and more, where the engine's own sentence does not do. */
  readonly explainRefusal?: (status: number, text: string) => Error | undefined;
}

/**
 * The messages of the answer to a long request.
 * @throws as `startRequest`
 */
export async function* followAnswer(
  transport: LongTransport,
  wanted: LongRequest,
): AsyncGenerator<EngineMessage, void, void> {
  const answer = await startRequest(transport, wanted);
  try {
    for await (const message of readJsonLines(answer.body)) {
      answer.received();
      yield message;
    }
  } catch (error) {
    throw answer.explain(error);
  } finally {
    answer.end();
  }
}

export interface LongAnswer {
  readonly body: Readable;
  /** Data arrived. */
  received(): void;
  /** Why reading the body failed. */
  explain(error: unknown): unknown;
  end(): void;
}

/**
 * Sends a request that may take hours; an engine that neither sends nor answers a ping ends it.
 * @throws DeBuildError `engine-*`; the signal's reason; the error of a request's body that breaks off
 */
export async function startRequest(
  transport: LongTransport,
  { during, explainRefusal, signal, ...wanted }: LongRequest,
): Promise<LongAnswer> {
  const { endpoint } = transport;
  const broken = new AbortController();
  const silence = watchSilence(transport, (seconds) => broken.abort(engineIdle(endpoint, during, seconds)));
  const upload = wanted.body instanceof Readable ? startUpload(wanted.body, silence, broken) : undefined;
  const explain = (error: unknown) => {
    const aborted = [signal, broken.signal].find((one) => one?.aborted);
    if (aborted !== undefined) return aborted.reason;
    return isDeBuildError(error) ? error : engineLost(endpoint, during, error);
  };
  const end = () => {
    silence.end();
    if (wanted.body instanceof Readable) wanted.body.destroy();
  };
  try {
    const { status, body } = await transport.request({
      ...wanted,
      ...omitUndefined({ body: upload }),
      signal: signal === undefined ? broken.signal : AbortSignal.any([broken.signal, signal]),
      answerWithinMs: Number.POSITIVE_INFINITY,
    });
    if (status < 400) return { body, received: silence.reset, explain, end };
    const text = await readText(body);
    throw explainRefusal?.(status, text) ?? explainStatus(status, text, `${wanted.method} ${wanted.path}`);
  } catch (error) {
    end();
    throw explain(error);
  }
}

/** A body that breaks off would leave the request open for ever. */
function startUpload(body: Readable, silence: SilenceWatch, broken: AbortController): Readable {
  return pipeline(body.on('data', silence.reset), new PassThrough(), (error) => {
    if (error != null && !body.readableEnded) broken.abort(error);
  });
}
