import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { DeBuildError } from '../../errors/de-build-error.ts';
import { engineAnswerUnreadable, engineIdle, engineLost } from '../../errors/engine-failures.ts';
import { buildInterrupted, buildWithoutImage } from '../../errors/plain-build-failures.ts';
import { explainStatus } from '../connection-error.ts';
import type { BuildRequest } from '../engine.ts';
import { readJsonLines } from '../plain/json-lines.ts';
import type { EngineTransport } from '../transport.ts';
import { type SilenceWatch, watchSilence } from '../watch-silence.ts';
import { buildQuery } from './build-query.ts';
import { readStatus } from './status.ts';
import type { StepLedger } from './step-ledger.ts';

export interface BuildRun {
  readonly transport: EngineTransport;
  readonly request: BuildRequest;
  readonly sessionId: string;
  readonly ledger: StepLedger;
}

/** How a build ended by the engine's own word. */
export type BuildOutcome = { readonly imageId: string } | { readonly error: string };

const CANCEL_WITHIN_MS = 2_000;

/**
 * Starts the build and follows its answer to the end.
 * @throws DeBuildError `build-interrupted`, `build-without-image`, `engine-lost`, `engine-idle`, `engine-*`
 */
export async function runBuild(run: BuildRun): Promise<BuildOutcome> {
  const { transport, request, ledger } = run;
  const buildId = randomBytes(16).toString('hex');
  const hangUp = new AbortController();
  const canceling = cancelOnAbort(transport, { buildId, signal: request.signal, hangUp });
  let idle: DeBuildError | undefined;
  const silence = watchSilence(transport, (seconds) => {
    idle = engineIdle(transport.endpoint, 'the build', seconds);
    hangUp.abort();
  });
  try {
    const { status, body } = await transport.request({
      method: 'POST',
      path: '/build',
      query: buildQuery(request, { session: run.sessionId, build: buildId }),
      body: Buffer.alloc(0),
      signal: hangUp.signal,
      answerWithinMs: Number.POSITIVE_INFINITY,
    });
    if (status >= 400) throw explainStatus(status, await textOf(body), 'POST /build');
    const outcome = await followAnswer(body, run, silence);
    if (request.signal?.aborted) throw buildInterrupted(true);
    ledger.end('error' in outcome ? 'failed' : 'done');
    return outcome;
  } catch (error) {
    if (request.signal?.aborted) {
      ledger.end('canceled');
      throw buildInterrupted(true);
    }
    ledger.end('failed');
    throw idle ?? error;
  } finally {
    silence.end();
    canceling.stop();
    hangUp.abort();
  }
}

/** Asks the engine to end the running step, and hangs up when that does not help in time. */
function cancelOnAbort(
  transport: EngineTransport,
  build: { buildId: string; signal: AbortSignal | undefined; hangUp: AbortController },
): { stop(): void } {
  const { buildId, signal, hangUp } = build;
  let timer: NodeJS.Timeout | undefined;
  const cancel = () => {
    timer = setTimeout(() => hangUp.abort(), CANCEL_WITHIN_MS);
    const asked = { method: 'POST', path: '/build/cancel', query: { id: buildId } } as const;
    transport.json({ ...asked, answerWithinMs: CANCEL_WITHIN_MS }).catch(() => hangUp.abort());
  };
  if (signal?.aborted) cancel();
  else signal?.addEventListener('abort', cancel, { once: true });
  return {
    stop() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    },
  };
}

async function followAnswer(
  body: Readable,
  { transport, ledger }: BuildRun,
  silence: SilenceWatch,
): Promise<BuildOutcome> {
  let imageId: string | undefined;
  let error: string | undefined;
  try {
    for await (const message of readJsonLines(body)) {
      silence.broken();
      if (message.id === 'moby.buildkit.trace') ledger.take(readStatus(traceOf(message)));
      else if (message.id === 'moby.image.id') imageId = imageIdOf(message) ?? imageId;
      error ??= errorOf(message);
    }
  } catch (failure) {
    throw explainBreak(failure, transport.endpoint);
  }
  if (error !== undefined) return { error };
  if (imageId !== undefined) return { imageId };
  // A dying engine may close its answer as if all were well.
  await transport.ping().catch((failure: unknown) => {
    throw engineLost(transport.endpoint, 'the build', failure);
  });
  throw buildWithoutImage('The engine closed its answer without naming an image and without an error.');
}

function explainBreak(failure: unknown, endpoint: string): unknown {
  const { name, code } = failure as Error & { code?: unknown };
  if (name === 'DeBuildError') return failure;
  if (name === 'RangeError') return engineAnswerUnreadable('POST /build', (failure as Error).message);
  return engineLost(
    endpoint,
    'the build',
    code === undefined && name !== 'SyntaxError' ? undefined : failure,
  );
}

function traceOf(message: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.from(typeof message.aux === 'string' ? message.aux : '', 'base64');
}

function imageIdOf(message: Readonly<Record<string, unknown>>): string | undefined {
  const id = (message.aux as { ID?: unknown } | undefined)?.ID;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function errorOf(message: Readonly<Record<string, unknown>>): string | undefined {
  const detail = (message.errorDetail as { message?: unknown } | undefined)?.message;
  if (typeof detail === 'string' && detail !== '') return detail;
  return typeof message.error === 'string' && message.error !== '' ? message.error : undefined;
}

async function textOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
