import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { buildInterrupted } from '../../errors/build-failures.ts';
import { engineAnswerUnreadable } from '../../errors/engine-failures.ts';
import { type BuildOutcome, endedWithoutImage } from '../build-outcome.ts';
import { buildQuery } from '../build-query.ts';
import type { BuildRequest } from '../engine.ts';
import { type EngineMessage, errorOf, imageIdOf } from '../engine-message.ts';
import { followAnswer } from '../follow-answer.ts';
import type { EngineTransport } from '../transport.ts';
import { type BuildStatus, readStatus } from './status.ts';
import type { StepLedger } from './step-ledger.ts';

export interface BuildRun {
  readonly transport: Pick<EngineTransport, 'endpoint' | 'json' | 'ping' | 'request'>;
  readonly request: BuildRequest;
  readonly sessionId: string;
  readonly ledger: StepLedger;
}

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
  try {
    const outcome = await followBuild(run, buildId, hangUp.signal);
    if (request.signal?.aborted) throw buildInterrupted(true);
    ledger.end('error' in outcome ? 'failed' : 'done');
    return outcome;
  } catch (error) {
    ledger.end(request.signal?.aborted ? 'canceled' : 'failed');
    throw request.signal?.aborted ? buildInterrupted(true) : error;
  } finally {
    canceling.stop();
    hangUp.abort();
  }
}

async function followBuild(
  { transport, request, sessionId, ledger }: BuildRun,
  buildId: string,
  signal: AbortSignal,
): Promise<BuildOutcome> {
  let imageId: string | undefined;
  let error: string | undefined;
  const answer = followAnswer(transport, {
    method: 'POST',
    path: '/build',
    query: {
      ...buildQuery(request),
      version: 2,
      session: sessionId,
      buildid: buildId,
      remote: 'client-session',
      dockerfile: basename(request.containerfile),
    },
    body: Buffer.alloc(0),
    during: 'the build',
    signal,
  });
  for await (const message of answer) {
    if (message.id === 'moby.buildkit.trace') ledger.take(readTrace(message));
    else if (message.id === 'moby.image.id') imageId = imageIdOf(message) ?? imageId;
    error ??= errorOf(message);
  }
  if (error !== undefined) return { error };
  if (imageId !== undefined) return { imageId };
  throw await endedWithoutImage(transport);
}

function readTrace({ aux }: EngineMessage): BuildStatus {
  try {
    return readStatus(Buffer.from(typeof aux === 'string' ? aux : '', 'base64'));
  } catch (error) {
    throw engineAnswerUnreadable('POST /build', (error as Error).message);
  }
}

/** Asks the engine to end the running step, and hangs up when that does not help in time. */
function cancelOnAbort(
  transport: Pick<EngineTransport, 'json'>,
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
