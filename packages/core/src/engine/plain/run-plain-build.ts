import { pipeline, type Readable, Transform } from 'node:stream';
import { buildInterrupted, buildWithoutImage } from '../../errors/plain-build-failures.ts';
import { explainStatus } from '../connection-error.ts';
import type { BuildRequest, BuiltImage, Images } from '../engine.ts';
import { digestOfBase } from '../images/base-digest.ts';
import { readText } from '../read-text.ts';
import { packContext } from '../tar-context/pack-context.ts';
import type { EngineQuery, EngineTransport } from '../transport.ts';
import { plainBuildQuery, registryHeaders } from './build-query.ts';
import { followBuild } from './follow-build.ts';
import type { StepDialect } from './step-recorder.ts';

export interface PlainBuild {
  readonly transport: EngineTransport;
  readonly images: Pick<Images, 'inspect'>;
  readonly dialect: StepDialect;
  /** Whether the running step ends when the request is aborted. */
  readonly endsStepOnAbort: boolean;
  /** Goes into the query besides what every plain build has. */
  readonly query?: EngineQuery;
  readonly extraFiles?: Readonly<Record<string, Buffer>>;
}

/** A build whose context goes as a tar, and whose progress comes as text: the classic builder's and Podman's. */
export async function runPlainBuild(build: PlainBuild, request: BuildRequest): Promise<BuiltImage> {
  const { transport, images } = build;
  const { signal } = request;
  if (signal?.aborted) throw buildInterrupted(true);
  const startedAt = performance.now();
  let sending: Sending | undefined;
  try {
    const context = await packContext({ ...request, signal, extraFiles: build.extraFiles ?? {} });
    sending = startSending(context.tar);
    const { status, body } = await transport.request({
      method: 'POST',
      path: '/build',
      query: { ...plainBuildQuery(request, context.containerfileName), ...build.query },
      headers: registryHeaders(request),
      body: sending.stream,
      answerWithinMs: Number.POSITIVE_INFINITY,
      ...(signal === undefined ? {} : { signal }),
    });
    if (status >= 400) throw explainStatus(status, await readText(body), 'POST /build');
    const followed = await followBuild(body, { ...build, request });
    const image = await images.inspect(followed.imageId);
    if (image === undefined || !isSameImage(image.id, followed.imageId)) {
      throw buildWithoutImage(`The engine named ${followed.imageId}, and does not have it.`);
    }
    const durationMs = Math.round(performance.now() - startedAt);
    return {
      id: image.id,
      durationMs,
      steps: followed.steps,
      sent: { ...context.packed, wireBytes: sending.bytes() },
      baseDigests: await digestsOf(followed.bases, images),
      warnings: followed.warnings,
    };
  } catch (error) {
    if (signal?.aborted) throw buildInterrupted(build.endsStepOnAbort);
    // A context that breaks off breaks the connection, too; the first is the reason.
    throw sending?.error() ?? error;
  } finally {
    sending?.stream.destroy();
  }
}

interface Sending {
  readonly stream: Readable;
  bytes(): number;
  /** Why the tar could not be read to its end. */
  error(): Error | undefined;
}

function startSending(tar: Readable): Sending {
  let bytes = 0;
  let failed: Error | undefined;
  tar.once('error', (error) => {
    failed = error;
  });
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const stream = pipeline(tar, counted, () => undefined);
  return { stream, bytes: () => bytes, error: () => failed };
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

function isSameImage(id: string, told: string): boolean {
  return id.replace(/^sha256:/, '').startsWith(told.replace(/^sha256:/, ''));
}
