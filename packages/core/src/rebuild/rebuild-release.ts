import { rebuildReplacesAside } from '../errors/rebuild-failures.ts';
import { converge } from '../flow/converge.ts';
import type { RunJournal } from '../flow/journal.ts';
import { readRelease } from '../flow/recorded-release.ts';
import { withSiteLock } from '../flow/site-lock.ts';
import { inStage } from '../flow/stage.ts';
import type { SiteOptions, Tools } from '../flow/tools.ts';
import { withTools } from '../flow/with-tools.ts';
import { describeRelease } from '../release/publish/describe-release.ts';
import { pendingRelease, recordRelease } from '../release/publish/record-release.ts';
import { tagImage } from '../release/publish/tag-image.ts';
import { auditBuild } from '../release/verify/audit-build.ts';
import { rebuiltTag, replacedTag } from '../version/version-tag.ts';
import type { FoundBase } from './pin-bases.ts';
import { planRebuild, type RebuildDecision, type Rebuilt, rebuildImage } from './rebuild-image.ts';
import type { PinnedBase, RebuildOutcome, RebuiltRelease } from './rebuild-report.ts';

export interface RebuildOptions extends SiteOptions {
  /** Site version, or a record that was moved aside: `1.4.0-replaced-0123456789ab`. */
  readonly release: string;
  /**
   * Take steps from the build cache. Default: false, for what comes from the cache was not built anew and proves nothing.
   */
  readonly cache?: boolean;
  /**
   * Give the release's own tag to an image that is identical or equivalent, and record it; the image that has the tag is
   * kept aside. Default: false, the image gets a tag of its own.
   */
  readonly replace?: boolean;
  /** Go on with another Containerfile or base image where the recorded one is not to be had. Default: false. */
  readonly inexact?: boolean;
  /** Decide, and change nothing. Default: false. */
  readonly dryRun?: boolean;
}

/**
 * Builds a recorded release anew, from its commits, base images, build args and Containerfile, with nothing but the mirror
 * where that holds the commits; and says whether what came of it is the recorded image. It keeps it as
 * `VERSION-rebuilt-<short id>`, and takes no tag from another image unless told to. That it differs is in the report, it
 * is not thrown.
 * @throws DeBuildError `manifest-*`, `rebuild-*`, `mirror-*`, `git-*`, `build-*`, `image-*`, `engine-*`,
 * `site-locked`, `lock-*`
 */
export function rebuildRelease(options: RebuildOptions): Promise<RebuiltRelease> {
  const { site, release, dryRun } = options;
  return withTools(options, (tools) =>
    withSiteLock({ site, what: `rebuild ${release}`, dryRun }, tools, () => rebuild(options, tools)),
  );
}

async function rebuild(options: RebuildOptions, tools: Tools): Promise<RebuiltRelease> {
  const named = options.release;
  const { cache = false, inexact = false, replace = false, dryRun = false } = options;
  if (!dryRun) await converge(options.site, tools);
  const release = await readRelease(options.site, named);
  if (replace && named !== release.manifest.siteVersion) throw rebuildReplacesAside(named);
  const request = { release, named, cache, inexact };
  const report = ({ decision, source, bases, toFetch }: RebuildDecision) => ({
    dryRun,
    siteVersion: named,
    reference: decision.plan.reference,
    recordedId: release.manifest.image.id,
    plan: decision.plan,
    source,
    bases: bases.map(told),
    toFetch,
  });
  if (dryRun) {
    const planned = report(await planRebuild(request, tools));
    return tools.redactor.redactValue({ ...planned, outcome: undefined });
  }
  return rebuildImage(request, tools, async (rebuilt, journal) => {
    const isSame = ['identical', 'equivalent'].includes(rebuilt.comparison.verdict);
    const outcome =
      replace && isSame ? await takeOver(rebuilt, journal, tools) : await keepApart(rebuilt, tools);
    return tools.redactor.redactValue({ ...report(rebuilt), outcome });
  });
}

/** A tag of its own, beside the release's. */
export async function keepApart(rebuilt: Rebuilt, tools: Tools): Promise<RebuildOutcome> {
  const { built, comparison, decision } = rebuilt;
  const { image, siteVersion, reference } = decision.plan;
  const { images } = decision.engine;
  // An image that is the recorded one and has its tag needs no other.
  const hasTag = (await images.inspect(reference))?.id === built.id;
  const tag = hasTag ? reference : `${image}:${rebuiltTag(siteVersion, built.id)}`;
  if (!hasTag) {
    await auditBuild(decision, built.id, tools);
    await inStage(tools, { stage: 'tag', title: `Tagging ${tag}` }, () => images.tag(built.id, tag));
  }
  return { ...comparison, imageId: built.id, tag, keptAside: undefined, manifestPath: undefined };
}

/** The release's own tag; the image that has it is kept aside, and so is the record where the image is another. */
export async function takeOver(rebuilt: Rebuilt, journal: RunJournal, tools: Tools): Promise<RebuildOutcome> {
  const { built, comparison, decision, found, files, startedAt } = rebuilt;
  const { images } = decision.engine;
  const { reference, image, siteVersion } = decision.plan;
  const search = await auditBuild(decision, built.id, tools);
  const holder = await images.inspect(reference);
  const isHeld = holder !== undefined && holder.id !== built.id;
  const replaces = isHeld ? { imageId: holder.id, tag: siteVersion } : undefined;
  const plan = { ...decision.plan, replaces };
  const tag = async () => {
    const tagging = await inStage(tools, { stage: 'tag', title: `Tagging ${reference}` }, () =>
      tagImage(images, plan, built.id),
    );
    // An earlier rebuild may have left it that.
    await images.untag(`${image}:${rebuiltTag(siteVersion, built.id)}`);
    return tagging;
  };
  const outcome = {
    ...comparison,
    imageId: built.id,
    tag: reference,
    keptAside: isHeld ? `${image}:${replacedTag(siteVersion, holder.id)}` : undefined,
  };
  const { verdict, proof } = comparison;
  if (verdict !== 'equivalent') {
    await tag();
    return { ...outcome, manifestPath: undefined };
  }
  const rebuild = { of: rebuilt.recordedId, verdict, proof };
  const forced = { ...decision, plan, force: true };
  const record = await describeRelease(forced, { startedAt, built, found, files, search, rebuild }, tools);
  await journal.promise(pendingRelease(forced, record, built.id));
  const tagging = await tag();
  const manifestPath = await inStage(tools, { stage: 'record', title: `Recording ${siteVersion}` }, () =>
    recordRelease(forced, { record, tagging, journal }, tools),
  );
  return { ...outcome, manifestPath };
}

function told({ reference, digest, from }: FoundBase): PinnedBase {
  return { reference, digest, from };
}
