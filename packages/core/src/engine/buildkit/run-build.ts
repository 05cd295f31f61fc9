import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildInterrupted, buildWithoutImage } from '../../errors/build-failures.ts';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import { engineAnswerUnreadable } from '../../errors/engine-failures.ts';
import { isLoopback } from '../../git/remote-url.ts';
import { Secret } from '../../secrets/secret.ts';
import type { CacheEntry } from '../../site/cache-entry.ts';
import { SOURCES_CONTEXT } from '../../site/mount-sources.ts';
import type { BuildRequest } from '../engine.ts';
import { fullReference } from '../images/image-reference.ts';
import type { GrpcClient } from '../session/grpc-client.ts';
import { GRPC, GrpcError } from '../session/grpc-status.ts';
import { watchSilence } from '../watch-silence.ts';
import type { BuildKit } from './buildkit.ts';
import {
  type Attributes,
  CONTROL,
  readSolveResponse,
  type Solve,
  writeSolve,
  writeStatusRequest,
} from './control.ts';
import { readStatus } from './status.ts';
import type { StepLedger } from './step-ledger.ts';

export interface BuildRun {
  readonly buildKit: Pick<BuildKit, 'exporter' | 'ping' | 'lost' | 'idle'>;
  readonly client: GrpcClient;
  readonly request: BuildRequest;
  readonly sessionId: string;
  readonly ledger: StepLedger;
  /** `build` exports an image, `write-cache` only the cache. */
  readonly purpose: 'build' | 'write-cache';
  readonly cacheFrom: readonly CacheEntry[];
}

/** How the builder says that a build ended. */
export type BuildOutcome =
  /** Its manifest's digest, and that of its configuration; an image store knows it by one of them. */
  | {
      readonly imageIds: readonly string[];
      /** The descriptor of the cache that was written, as JSON. */
      readonly cacheManifest: string | undefined;
    }
  | { readonly error: string };

/** How long the next of the progress may take once the build has ended. */
const PROGRESS_WITHIN_MS = 2_000;

/**
 * Runs the build to its end, and reports its progress.
 * @throws DeBuildError `build-interrupted`, `build-without-image`, `engine-lost`, `engine-idle`, `builder-lost`, `builder-idle`,
 * `engine-answer-unreadable`
 */
export async function runBuild(run: BuildRun): Promise<BuildOutcome> {
  const { buildKit, client, request, ledger } = run;
  const { signal } = request;
  const during = 'the build';
  const silence = watchSilence(buildKit, (seconds) => client.close(buildKit.idle(during, seconds)));
  const broken = new AbortController();
  const over = new AbortController();
  const solve = solveOf(run);
  const following = followBuild(run, { ref: solve.ref, onStatus: silence.reset, signal: over.signal });
  following.end.catch((error) => broken.abort(error));
  const isInterrupted = () => signal?.aborted === true;
  try {
    const either = AbortSignal.any([broken.signal, ...(signal === undefined ? [] : [signal])]);
    const outcome = await solveOnce(run, solve, either);
    await endOf(following, signal);
    if (isInterrupted()) throw buildInterrupted();
    broken.signal.throwIfAborted();
    ledger.end('error' in outcome ? 'failed' : 'done');
    return outcome;
  } catch (error) {
    await endOf(following, signal);
    ledger.end(isInterrupted() ? 'canceled' : 'failed');
    throw isInterrupted() ? buildInterrupted() : error;
  } finally {
    silence.end();
    over.abort();
  }
}

async function solveOnce(
  { client, buildKit, purpose }: BuildRun,
  solve: Solve,
  signal: AbortSignal,
): Promise<BuildOutcome> {
  try {
    const response = readSolveResponse(await client.call(CONTROL.solve, writeSolve(solve), signal));
    const ids = [response.get('containerimage.digest'), response.get('containerimage.config.digest')];
    const imageIds = ids.filter((id) => id !== undefined);
    if (imageIds.length === 0 && purpose === 'build')
      throw buildWithoutImage('The builder ended without an error and without naming an image.');
    return { imageIds, cacheManifest: response.get('cache.manifest') };
  } catch (error) {
    signal.throwIfAborted();
    if (isDeBuildError(error)) throw error;
    const isLost = !(error instanceof GrpcError) || LOST.has(error.code);
    if (isLost) throw buildKit.lost('the build', error);
    return { error: error.message };
  }
}

/** What an engine that shuts down answers with. */
const LOST = new Set<number>([GRPC.canceled, GRPC.unavailable]);

interface Following {
  /** When there is no more. @throws DeBuildError `engine-answer-unreadable` */
  readonly end: Promise<void>;
  /** Whether progress came since the last call, or waits to be shown. */
  hasNews(): boolean;
}

interface FollowOptions {
  readonly ref: string;
  readonly onStatus: () => void;
  readonly signal: AbortSignal;
}

/** Passes the progress to the ledger, as fast as it is shown. */
function followBuild(
  { client, ledger, request }: BuildRun,
  { ref, onStatus, signal }: FollowOptions,
): Following {
  let isNews = false;
  let isShowing = false;
  const follow = async () => {
    const messages = client.stream(CONTROL.status, writeStatusRequest(ref), signal);
    for (;;) {
      // A connection that breaks ends the build, which reports it; a build that never began has no progress.
      const next = await messages.next().catch(() => undefined);
      if (next === undefined || next.done === true) return;
      onStatus();
      isNews = true;
      isShowing = true;
      try {
        ledger.take(readStatus(next.value));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        throw engineAnswerUnreadable(CONTROL.status, error.message);
      }
      await request.caughtUp?.();
      isShowing = false;
    }
  };
  return {
    end: follow(),
    hasNews() {
      const had = isNews || isShowing;
      isNews = false;
      return had;
    },
  };
}

/** Waits for the rest of the progress, but not for a reader of it once the build is interrupted. */
async function endOf({ end, hasNews }: Following, interrupt: AbortSignal | undefined): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const ended = end.catch(() => undefined).then(() => waiting.abort());
  hasNews();
  do await Promise.race([ended, sleep(PROGRESS_WITHIN_MS, undefined, { signal }).catch(() => undefined)]);
  while (!signal.aborted && hasNews() && interrupt?.aborted !== true);
  waiting.abort();
}

function solveOf({ request, sessionId, buildKit, purpose, cacheFrom }: BuildRun): Solve {
  const { tags, buildArgs, labels, network } = request;
  return {
    ref: randomBytes(16).toString('hex'),
    exporter: purpose === 'build' ? exporterOf(buildKit.exporter, request.platforms ?? []) : undefined,
    exporterAttributes: purpose === 'build' ? exporterAttributes(buildKit.exporter, tags) : {},
    sessionId,
    frontendAttributes: {
      filename: basename(request.containerfile),
      target: request.target,
      platform: request.platforms?.join(',') || undefined,
      'no-cache': request.noCache ? '' : undefined,
      'image-resolve-mode': request.pull ? 'pull' : 'default',
      'force-network-mode': network === 'default' ? undefined : network,
      ...prefixed('build-arg', buildArgs),
      ...prefixed('label', labels),
      ...(request.sources?.offer === 'named-context' && {
        [`context:${SOURCES_CONTEXT}`]: `local:${SOURCES_CONTEXT}`,
        [`local-sessionid:${SOURCES_CONTEXT}`]: sessionId,
      }),
    },
    entitlements: network === 'host' ? ['network.host'] : [],
    cacheFrom,
    cacheTo: request.cacheTo ?? [],
    replacedSources: pinnedBases(request.baseDigests ?? {}),
  };
}

/** The exporter `docker` makes no index. */
function exporterOf(exporter: BuildKit['exporter'], platforms: readonly string[]): string {
  return exporter === 'docker' && platforms.length > 1 ? 'oci' : exporter;
}

function exporterAttributes(exporter: BuildKit['exporter'], tags: readonly string[]): Attributes {
  const [first = ''] = tags;
  if (exporter !== 'image') return { name: tags.join(',') };
  const name = fullReference(first).replace(/:[^/:]*$/, '');
  const [host = ''] = name.split('/');
  // As Docker does, a registry on the builder's own machine is asked without TLS, too.
  const insecure = isLoopback(host.replace(/:\d+$/, '')) ? 'true' : undefined;
  return { name, push: 'true', 'push-by-digest': 'true', 'registry.insecure': insecure };
}

/** BuildKit names an image in full. */
function pinnedBases(digests: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(digests).map(([reference, digest]) => {
      const name = fullReference(reference);
      return [`docker-image://${name}`, `docker-image://${name.replace(/@.*$/, '')}@${digest}`];
    }),
  );
}

function prefixed(prefix: string, values: Readonly<Record<string, string | Secret>>): Attributes {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      `${prefix}:${name}`,
      value instanceof Secret ? value.reveal() : value,
    ]),
  );
}
