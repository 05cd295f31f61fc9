import { createHash, randomBytes } from 'node:crypto';
import { buildInterrupted } from '../../errors/build-failures.ts';
import { type DeBuildError, isDeBuildError } from '../../errors/de-build-error.ts';
import { createRedactor } from '../../secrets/redactor.ts';
import { readContainerfile } from '../build-failure/containerfile-text.ts';
import type { FailedBuild } from '../build-failure/explain-failure.ts';
import { openContentHashes } from '../context/content-hashes.ts';
import type { BuildRequest, BuiltImage } from '../engine.ts';
import { openLocalCaches } from '../local-cache/local-caches.ts';
import { fileSync } from '../session/file-sync.ts';
import type { GrpcMethods } from '../session/grpc-server.ts';
import { openSession, type SessionOptions } from '../session/open-session.ts';
import { sessionAuth } from '../session/session-auth.ts';
import { sessionContent } from '../session/session-content.ts';
import { sessionSecrets } from '../session/session-secrets.ts';
import { sessionSsh } from '../session/session-ssh.ts';
import type { EngineHeaders } from '../transport.ts';
import type { BuildKit } from './buildkit.ts';
import { createOfferedDigest } from './offered-digest.ts';
import { type BuildRun, runBuild } from './run-build.ts';
import { createStepLedger, type StepLedger } from './step-ledger.ts';

export interface SolveOptions extends Pick<BuildRun, 'purpose'> {
  /** Served on the session, in addition to those for what the request holds. */
  readonly methods: GrpcMethods;
  explain(report: FailedBuild): DeBuildError;
}

export interface Solved {
  readonly ledger: StepLedger;
  readonly imageIds: readonly string[];
  readonly sent: BuiltImage['sent'];
  readonly context: Pick<BuiltImage, 'context'>;
}

/**
 * Has BuildKit work on a request over a session of our own, to its end.
 * @throws what `explain` makes of a failure; DeBuildError as `runBuild`, `context-*`, `ignore-*`
 */
export async function solveOverSession(
  buildKit: BuildKit,
  request: BuildRequest,
  { purpose, methods: others, explain }: SolveOptions,
): Promise<Solved> {
  if (request.signal?.aborted) throw buildInterrupted();
  const containerfile = await readContainerfile(request);
  const { contextHashesFile } = request;
  const hashes = contextHashesFile === undefined ? undefined : await openContentHashes(contextHashesFile);
  const contextDigest = createOfferedDigest(hashes);
  const files = fileSync({ ...request, hashes, onOffered: contextDigest.start });
  const caches = await openLocalCaches(request);
  const methods = {
    ...files.methods,
    ...sessionContent(caches.stores),
    ...sessionSecrets(request.secrets),
    ...sessionSsh(request.sshAgent),
    ...sessionAuth(request.registryAuth ?? {}),
    ...others,
  };
  const { session, client } = await connect(buildKit, { key: sharedKey(request), methods }, request.signal);
  try {
    const redactor = request.redactor ?? createRedactor();
    const ledger = createStepLedger(
      request.onEvent ?? (() => undefined),
      redactor,
      request.sources?.inserted,
    );
    for (const folder of caches.missing)
      request.onEvent?.({ type: 'build-warning', text: `There is no build cache in ${folder} yet.` });
    const { cacheFrom } = caches;
    const run = { buildKit, client, request, sessionId: session.id, ledger, purpose, cacheFrom };
    const outcome = await runBuild(run);
    // Our own error says more than the engine's report of it.
    if (isDeBuildError(session.failure())) throw session.failure();
    if ('error' in outcome) {
      const step = ledger.failedStep();
      const message = redactor.redact(outcome.error);
      throw explain({ message, step, containerfile, target: request.target });
    }
    await caches.finish(outcome.cacheManifest);
    return {
      ledger,
      imageIds: outcome.imageIds,
      sent: { ...files.sent, wireBytes: session.wireBytes() },
      context: await contextDigest.result(),
    };
  } finally {
    contextDigest.stop();
    session.close();
    client.close();
  }
}

/** Of one site, and not to be guessed by other clients of a shared builder. */
function sharedKey({ sessionKey, contextFolder }: BuildRequest): string {
  const secret = sessionKey?.reveal() ?? randomBytes(16).toString('hex');
  return createHash('sha256').update(`${secret} ${contextFolder}`).digest('hex');
}

async function connect(
  buildKit: BuildKit,
  options: Omit<SessionOptions, 'open'>,
  signal: AbortSignal | undefined,
) {
  try {
    const client = await buildKit.openControl(signal);
    try {
      const open = (headers: EngineHeaders) => buildKit.openSession(client, headers, signal);
      return { client, session: await openSession({ open, ...options }) };
    } catch (error) {
      client.close();
      throw error;
    }
  } catch (error) {
    throw signal?.aborted ? buildInterrupted() : error;
  }
}
