import { sourcesCopied } from '../../errors/build-failures.ts';
import { findGraftConflicts } from '../../site/graft-conflicts.ts';
import { explainFailure } from '../build-failure/explain-failure.ts';
import type { BuildRequest, BuildStepTiming, BuiltImage, Images } from '../engine.ts';
import { confirmImage } from '../images/confirm-image.ts';
import { sessionImage } from '../session/session-image.ts';
import type { BuildKit } from './buildkit.ts';
import { solveOverSession } from './solve-over-session.ts';

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
  const startedAt = performance.now();
  const { ledger, imageIds, sent, context } = await solveOverSession(buildKit, request, {
    purpose: 'build',
    methods: buildKit.exporter === 'docker' ? sessionImage((tar) => images.load(tar, request.signal)) : {},
    explain: explainFailure,
  });
  if (request.sources?.offer === 'graft') assertNotCopied(ledger.timings());
  const name = buildKit.exporter === 'image' ? undefined : request.tags[0];
  const id = await confirmImage(images, name, imageIds);
  return {
    id,
    durationMs: Math.round(performance.now() - startedAt),
    steps: ledger.timings(),
    sent,
    baseDigests: ledger.baseDigests(),
    warnings: ledger.warnings(),
    ...context,
  };
}

/** What a base image demands (ONBUILD) is in no Containerfile. */
function assertNotCopied(steps: readonly BuildStepTiming[]): void {
  const copying = steps.find(({ name }) => findGraftConflicts(name.replace(/^\[[^\]]*\] /, '')).length > 0);
  if (copying !== undefined) throw sourcesCopied(copying.name);
}
