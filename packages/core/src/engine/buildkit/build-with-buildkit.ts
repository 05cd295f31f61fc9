import { createHash, randomBytes } from 'node:crypto';
import { buildInterrupted, sourcesCopied } from '../../errors/build-failures.ts';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import { createRedactor } from '../../secrets/redactor.ts';
import { findGraftConflicts } from '../../site/graft-conflicts.ts';
import { readContainerfile } from '../build-failure/containerfile-text.ts';
import { explainFailure } from '../build-failure/explain-failure.ts';
import { openContentHashes } from '../context/content-hashes.ts';
import type { BuildRequest, BuildStepTiming, BuiltImage, Images } from '../engine.ts';
import { confirmImage } from '../images/confirm-image.ts';
import { fileSync } from '../session/file-sync.ts';
import { openSession, type SessionOptions } from '../session/open-session.ts';
import { sessionAuth } from '../session/session-auth.ts';
import { sessionImage } from '../session/session-image.ts';
import { sessionSecrets } from '../session/session-secrets.ts';
import { sessionSsh } from '../session/session-ssh.ts';
import type { EngineHeaders } from '../transport.ts';
import type { BuildKit } from './buildkit.ts';
import { createOfferedDigest } from './offered-digest.ts';
import { runBuild } from './run-build.ts';
import { createStepLedger } from './step-ledger.ts';

/**
 * Builds with BuildKit over a session of our own, in which the engine asks for Containerfile, context, secrets and
 * registry credentials; of the context only for what it does not have from an earlier build.
 * @throws DeBuildError `build-step-failed`, `containerfile-*`, `build-target-missing`, `base-image-unavailable`,
 * `build-failed`, `build-without-image`, `built-image-missing`, `build-interrupted`, `image-not-loaded`, `context-*`, `ignore-*`, `engine-*`, `builder-*`
 */
export async function buildWithBuildKit(
  buildKit: BuildKit,
  images: Pick<Images, 'inspect' | 'load'>,
  request: BuildRequest,
): Promise<BuiltImage> {
  if (request.signal?.aborted) throw buildInterrupted();
  const startedAt = performance.now();
  const containerfile = await readContainerfile(request);
  const { contextHashesFile } = request;
  const hashes = contextHashesFile === undefined ? undefined : await openContentHashes(contextHashesFile);
  const contextDigest = createOfferedDigest(hashes);
  const files = fileSync({ ...request, hashes, onOffered: contextDigest.start });
  const methods = {
    ...files.methods,
    ...sessionSecrets(request.secrets),
    ...sessionSsh(request.sshAgent),
    ...sessionAuth(request.registryAuth ?? {}),
    ...(buildKit.exporter === 'docker' ? sessionImage((tar) => images.load(tar, request.signal)) : {}),
  };
  const { session, client } = await connect(buildKit, { key: sharedKey(request), methods }, request.signal);
  try {
    const redactor = request.redactor ?? createRedactor();
    const ledger = createStepLedger(
      request.onEvent ?? (() => undefined),
      redactor,
      request.sources?.inserted,
    );
    const outcome = await runBuild({ buildKit, client, request, sessionId: session.id, ledger });
    // Our own error says more than the engine's report of it.
    if (isDeBuildError(session.failure())) throw session.failure();
    if ('error' in outcome) {
      const step = ledger.failedStep();
      const message = redactor.redact(outcome.error);
      throw explainFailure({ message, step, containerfile, target: request.target });
    }
    if (request.sources?.offer === 'graft') assertNotCopied(ledger.timings());
    const id = await confirmImage(images, request.tags[0], outcome.imageIds);
    return {
      id,
      durationMs: Math.round(performance.now() - startedAt),
      steps: ledger.timings(),
      sent: { ...files.sent, wireBytes: session.wireBytes() },
      baseDigests: ledger.baseDigests(),
      warnings: ledger.warnings(),
      ...(await contextDigest.result()),
    };
  } finally {
    contextDigest.stop();
    session.close();
    client.close();
  }
}

/** What a base image demands (ONBUILD) is in no Containerfile. */
function assertNotCopied(steps: readonly BuildStepTiming[]): void {
  const copying = steps.find(({ name }) => findGraftConflicts(name.replace(/^\[[^\]]*\] /, '')).length > 0);
  if (copying !== undefined) throw sourcesCopied(copying.name);
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
