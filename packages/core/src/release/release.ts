import { converge } from '../flow/converge.ts';
import { createEventStream } from '../flow/event-stream.ts';
import type { ReleaseEvent } from '../flow/release-event.ts';
import { withSiteLock } from '../flow/site-lock.ts';
import { inStage } from '../flow/stage.ts';
import type { Tools } from '../flow/tools.ts';
import { READS_SITE, withTools } from '../flow/with-tools.ts';
import { withinGrace } from '../flow/within-grace.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { buildImage } from './build/build-image.ts';
import type { BuildPlan } from './plan/plan.ts';
import { decideRelease, type ReleaseOptions } from './plan/plan-release.ts';
import { describeRelease } from './publish/describe-release.ts';
import { pendingRelease, recordRelease } from './publish/record-release.ts';
import { tagImage } from './publish/tag-image.ts';
import { examineImage } from './verify/examine-image.ts';
import { judgeLeaks } from './verify/judge-leaks.ts';
import { verifyImage } from './verify/verify-image.ts';

/** A release under way. */
export interface ReleaseRun {
  /** Every event, redacted, from the first on; for one reader. Not reading it costs nothing but memory. */
  readonly events: AsyncIterable<ReleaseEvent>;
  /** Settles when the release has ended. @throws DeBuildError */
  readonly result: Promise<ReleaseResult>;
}

/** What came of a release. */
export interface ReleaseResult {
  readonly plan: BuildPlan;
  readonly manifest: Manifest;
  /** Absolute path of the manifest. */
  readonly manifestPath: string;
  /** `desiredeffect/erpnext-custom:1.4.0` */
  readonly reference: string;
  /** `sha256:…` */
  readonly imageId: string;
}

/**
 * Releases a site: checks it, builds its image, verifies what is in it, gives it its tag and records it. The
 * tag is given only to a verified image that holds no secret, and stays only when the record was written. One run at a
 * time changes a site.
 */
export function buildRelease(options: ReleaseOptions): ReleaseRun {
  const stream = createEventStream<ReleaseEvent>();
  const onEvent = (event: ReleaseEvent) => {
    stream.push(event);
    options.onEvent?.(event);
  };
  const result = withTools(
    { ...options, onEvent },
    (tools) => withSiteLock({ site: options.site, what: 'build' }, tools, () => release(options, tools)),
    READS_SITE,
  ).finally(() => stream.close());
  // A caller that reads the events first must not die of a rejection it has not come to yet.
  result.catch(() => {});
  return { events: stream, result };
}

async function release(options: ReleaseOptions, tools: Tools): Promise<ReleaseResult> {
  await converge(options.site, tools);
  const startedAt = tools.now();
  const decision = await decideRelease(options, tools);
  const { plan, engine } = decision;
  return buildImage(decision, tools, async (built, journal) => {
    const { found, files, search } = await inStage(
      tools,
      { stage: 'verify', title: `Verifying ${built.id}` },
      async () => {
        const found = await withinGrace(tools.signal, verifyImage(decision, built.id));
        return { found, ...(await examineImage(decision, { id: built.id, found }, tools)) };
      },
    );
    await judgeLeaks(decision, { imageId: built.id, search }, tools);
    const record = await describeRelease(decision, { startedAt, built, found, files, search }, tools);
    // From here on the release is finished, by the next run if not by this: the tag and its record belong together.
    tools.signal.throwIfAborted();
    await journal.promise(pendingRelease(decision, record, built.id));
    const tagging = await inStage(tools, { stage: 'tag', title: `Tagging ${plan.reference}` }, () =>
      tagImage(engine.images, plan, built.id),
    );
    const manifestPath = await inStage(
      tools,
      { stage: 'record', title: `Recording ${plan.siteVersion}` },
      () => recordRelease(decision, { record, tagging, journal }, tools),
    );
    const { manifest } = record;
    return { plan, manifest, manifestPath, reference: plan.reference, imageId: built.id };
  });
}
