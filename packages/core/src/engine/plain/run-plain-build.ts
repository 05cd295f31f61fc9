import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { pipeline, type Readable, Transform } from 'node:stream';
import { builtImageMissing, containerfileUnreadable } from '../../errors/build-failures.ts';
import { buildInterrupted } from '../../errors/plain-build-failures.ts';
import { createRedactor } from '../../secrets/redactor.ts';
import type { ContainerfileText } from '../buildkit/explain-failure.ts';
import { explainStatus, reasonOf } from '../connection-error.ts';
import { openContentHashes } from '../context/content-hashes.ts';
import { digestContext } from '../context/context-digest.ts';
import type { BuildRequest, BuiltImage, ImageDetails, Images } from '../engine.ts';
import { digestOfBase } from '../images/base-digest.ts';
import { readText } from '../read-text.ts';
import { packContext, type TarContext } from '../tar-context/pack-context.ts';
import type { EngineQuery, EngineTransport } from '../transport.ts';
import { plainBuildQuery, registryHeaders } from './build-query.ts';
import { explainPlainFailure } from './explain-plain-failure.ts';
import { followBuild, type PlainOutcome } from './follow-build.ts';
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
  const { signal } = request;
  if (signal?.aborted) throw buildInterrupted(true);
  const startedAt = performance.now();
  let sending: Sending | undefined;
  try {
    const containerfile = await readContainerfile(request);
    const context = await packContext({ ...request, signal, extraFiles: build.extraFiles ?? {} });
    sending = startSending(context.tar);
    const outcome = await askForBuild(build, request, { context, sending, containerfile });
    if ('error' in outcome) {
      const redactor = request.redactor ?? createRedactor();
      const { message, record } = redactor.redactValue({ message: outcome.error, record: outcome.record });
      throw explainPlainFailure({ message, record, containerfile, target: request.target });
    }
    const image = await confirmImage(build.images, outcome.imageId);
    return {
      id: image.id,
      durationMs: Math.round(performance.now() - startedAt),
      steps: outcome.record.steps,
      sent: { ...context.packed, wireBytes: sending.bytes() },
      baseDigests: await digestsOf(outcome.record.bases, build.images),
      warnings: outcome.record.warnings,
      ...(await digestSent(context, request.contextHashesFile)),
    };
  } catch (error) {
    if (signal?.aborted) throw buildInterrupted(build.endsStepOnAbort);
    // A context that breaks off breaks the connection, too; the first is the reason.
    throw sending?.error() ?? error;
  } finally {
    sending?.stream.destroy();
  }
}

async function askForBuild(
  build: PlainBuild,
  request: BuildRequest,
  parts: {
    readonly context: TarContext;
    readonly sending: Sending;
    readonly containerfile: ContainerfileText;
  },
): Promise<PlainOutcome> {
  const { context, sending, containerfile } = parts;
  const { status, body } = await build.transport.request({
    method: 'POST',
    path: '/build',
    query: { ...plainBuildQuery(request, context.containerfileName), ...build.query },
    headers: registryHeaders(request),
    body: sending.stream,
    answerWithinMs: Number.POSITIVE_INFINITY,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  if (status < 400) return followBuild(body, { ...build, request });
  const answer = await readText(body);
  if (status !== 400) throw explainStatus(status, answer, 'POST /build');
  throw explainPlainFailure({
    message: reasonOf(answer),
    record: undefined,
    containerfile,
    target: request.target,
  });
}

async function readContainerfile({ contextFolder, containerfile }: BuildRequest): Promise<ContainerfileText> {
  const path = relative(contextFolder, containerfile);
  const text = await readFile(containerfile, 'utf8').catch((error: unknown) => {
    throw containerfileUnreadable(containerfile, error);
  });
  return { name: path.startsWith('..') ? containerfile : path, text };
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

/** The stream's word is not enough: the engine must have the image. */
async function confirmImage(images: Pick<Images, 'inspect'>, told: string): Promise<ImageDetails> {
  const image = await images.inspect(told);
  const bare = (id: string) => id.replace(/^sha256:/, '');
  if (image === undefined || bare(image.id) !== bare(told)) throw builtImageMissing(told);
  return image;
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
  const digest = await digestContext(context.entries, hashes);
  // They only save time, so a disk that takes no more is no reason to fail.
  await hashes.save().catch(() => undefined);
  return { context: { digest, files: context.entries.filter(({ kind }) => kind === 'file').length } };
}
