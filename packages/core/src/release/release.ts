import { changeSite } from '../flow/change-site.ts';
import type { FlowEvent } from '../flow/event.ts';
import { createEventStream } from '../flow/event-stream.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { inStage } from '../flow/stage.ts';
import type { Tools } from '../flow/tools.ts';
import { type FoundApp, unplannedApps } from '../frappe/compare-apps.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { buildImage } from './build/build-image.ts';
import type { BuildPlan } from './plan/plan.ts';
import { decideRelease, type ReleaseOptions } from './plan/plan-release.ts';
import { plannedInImage } from './plan/planned-in-image.ts';
import { RELEASE } from './plan/release-flow.ts';
import { describeRelease } from './publish/describe-release.ts';
import { publishRelease } from './publish/publish-release.ts';
import { pushImage } from './publish/push-image.ts';
import { writeSharedCache } from './publish/write-shared-cache.ts';
import { examineImage } from './verify/examine-image.ts';
import { judgeLeaks } from './verify/judge-leaks.ts';
import { startSearcher } from './verify/read-built-image.ts';

/** A running release. */
export interface ReleaseRun {
  /** Every event, redacted, from the first on; for one reader. None with `onEvent`, which gets them instead. */
  readonly events: AsyncIterable<FlowEvent>;
  /** Settles when the release has ended. @throws DeBuildError */
  readonly result: Promise<ReleaseResult>;
}

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
 * Releases a site: checks it, builds its image, verifies what is in it, tags and records it. The tag is given only to a
 * verified image that holds no secret, and stays only when the record was written.
 * @throws DeBuildError `checks-failed`, `site-locked`, `git-*`, `mirror-*`, `engine-*`, `build-*`, `image-*`, `manifest-*`
 */
export function buildRelease(options: ReleaseOptions): ReleaseRun {
  const stream = createEventStream<FlowEvent>();
  const { buildArgs, onEvent } = options;
  if (onEvent !== undefined) stream.close();
  const receiver = onEvent === undefined ? { onEvent: stream.push, caughtUp: stream.caughtUp } : {};
  const change = { flow: RELEASE, what: 'build', buildArgs };
  const result = changeSite({ ...options, ...receiver }, change, (site, tools) =>
    release(site, options, tools),
  ).finally(() => stream.close());
  // A caller may read all events before it looks at the result.
  result.catch(() => {});
  return { events: stream, result };
}

async function release(site: OpenSite, options: ReleaseOptions, tools: Tools): Promise<ReleaseResult> {
  const startedAt = tools.now();
  const decision = await decideRelease(site, options, tools);
  const { plan } = decision;
  const searcher = startSearcher(decision);
  return buildImage(decision, tools, async (built, journal, request) => {
    const imageId = built.id;
    const verified = await inStage(tools, { stage: 'verify', title: `Verifying ${imageId}` }, () =>
      examineImage(decision, { imageId, searcher }, tools),
    );
    const [first] = verified.examined;
    reportUnplanned(unplannedApps(plannedInImage(plan), first?.found ?? new Map()), tools);
    await judgeLeaks(decision, { imageId, search: verified.search }, tools);
    await writeSharedCache(decision, { built, request }, tools);
    const pushed = await pushImage(decision, { imageId, journal }, tools);
    const record = await describeRelease(decision, { startedAt, built, pushed, ...verified }, tools);
    const manifestPath = await publishRelease(decision, { record, imageId, journal }, tools);
    return { plan, manifest: record.manifest, manifestPath, reference: plan.reference, imageId };
  });
}

/** What bench gets as a dependency, or a base image has, is not in the plan. */
function reportUnplanned(apps: readonly FoundApp[], { emit }: Pick<Tools, 'emit'>): void {
  if (apps.length === 0) return;
  const names = apps.map(({ name, commit }) => (commit ? `${name} ${commit.slice(0, 7)}` : name)).join(', ');
  const text = `Not in the plan, so recorded but not pinned: ${names}.`;
  emit({ type: 'notice', level: 'info', text });
}
