import { pipeline, type Readable, Transform } from 'node:stream';
import { buildInterrupted } from '../../errors/build-failures.ts';
import { createRedactor } from '../../secrets/redactor.ts';
import { readContainerfile } from '../build-failure/containerfile-text.ts';
import { buildQuery } from '../build-query.ts';
import { reasonOf } from '../connection-error.ts';
import { openContentHashes } from '../context/content-hashes.ts';
import { summarizeContext } from '../context/context-digest.ts';
import type { BuildRequest, BuiltImage, Images } from '../engine.ts';
import { digestOfBase } from '../images/base-digest.ts';
import { confirmImage } from '../images/confirm-image.ts';
import { jsonHeader } from '../json-header.ts';
import type { EngineHeaders, EngineTransport } from '../transport.ts';
import { explainPodmanFailure } from './explain-podman-failure.ts';
import { followBuild } from './follow-build.ts';
import { CONTAINERFILE, packContext, type TarContext } from './pack-context.ts';
import type { StepRecord } from './step-recorder.ts';

/**
 * Builds over Podman's Docker-compatible socket. It has no session: the context goes as a tar, progress comes as text,
 * and secrets are files of the tar, which Podman moves out of the context before the build begins.
 * @throws DeBuildError `build-step-failed`, `build-without-image`, `build-interrupted`, `context-*`, `engine-*`
 */
export async function buildWithPodman(
  transport: EngineTransport,
  images: Pick<Images, 'inspect'>,
  request: BuildRequest,
): Promise<BuiltImage> {
  const { signal } = request;
  if (signal?.aborted) throw buildInterrupted(true);
  const startedAt = performance.now();
  try {
    const containerfile = await readContainerfile(request);
    const secrets = Object.entries(request.secrets).map(([id, secret], index) => ({
      id,
      file: `.de-build-secret-${index}`,
      content: Buffer.from(secret.reveal()),
    }));
    const extraFiles = Object.fromEntries(secrets.map(({ file, content }) => [file, content]));
    const context = await packContext({ ...request, signal, extraFiles });
    const sending = countBytes(context.tar);
    const failed = (message: string, record?: StepRecord) =>
      explainPodmanFailure({ message, record, containerfile, target: request.target });
    const outcome = await followBuild(
      transport,
      {
        method: 'POST',
        path: '/build',
        query: {
          ...buildQuery(request),
          version: 1,
          dockerfile: CONTAINERFILE,
          // Also of a step that fails.
          forcerm: 1,
          secrets:
            secrets.length === 0
              ? undefined
              : JSON.stringify(secrets.map(({ id, file }) => `id=${id},src=${file}`)),
        },
        headers: registryHeaders(request),
        body: sending.stream,
        explainRefusal: (status, text) => (status === 400 ? failed(reasonOf(text)) : undefined),
      },
      request,
    );
    if ('error' in outcome) {
      const { error, record } = (request.redactor ?? createRedactor()).redactValue(outcome);
      throw failed(error, record);
    }
    return {
      id: await confirmImage(images, outcome.imageId),
      durationMs: Math.round(performance.now() - startedAt),
      steps: outcome.record.steps,
      sent: { ...context.packed, wireBytes: sending.bytes() },
      baseDigests: await digestsOf(outcome.record.bases, images),
      warnings: outcome.record.warnings,
      ...(await digestSent(context, request.contextHashesFile)),
    };
  } catch (error) {
    // Podman 4.3 lets the running step end first.
    throw signal?.aborted ? buildInterrupted(false) : error;
  }
}

/** Credentials for the registries of base images, as `X-Registry-Config` takes them. */
function registryHeaders({ registryAuth = {} }: BuildRequest): EngineHeaders {
  const hosts = Object.entries(registryAuth);
  if (hosts.length === 0) return {};
  const config = Object.fromEntries(
    hosts.map(([host, { username, password }]) => [host, { username, password: password.reveal() }]),
  );
  return { 'X-Registry-Config': jsonHeader(config) };
}

function countBytes(tar: Readable): { readonly stream: Readable; bytes(): number } {
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { stream: pipeline(tar, counted, () => undefined), bytes: () => bytes };
}

/** Bases written with a variable, or named after another stage, are not known by that name. */
async function digestsOf(
  bases: readonly string[],
  images: Pick<Images, 'inspect'>,
): Promise<Readonly<Record<string, string>>> {
  const references = [...new Set(bases)].filter((base) => base !== 'scratch' && !base.includes('$'));
  const digests: Record<string, string> = {};
  for (const reference of references) {
    const digest = await digestOfBase(images, reference);
    if (digest !== undefined) digests[reference] = digest;
  }
  return digests;
}

async function digestSent(
  context: TarContext,
  file: string | undefined,
): Promise<Pick<BuiltImage, 'context'>> {
  if (file === undefined) return {};
  const hashes = await openContentHashes(file);
  const summary = await summarizeContext(context.entries, hashes);
  // They only save time: a full disk is no reason to fail.
  await hashes.save().catch(() => undefined);
  return { context: summary };
}
