import type { RunJournal } from '../flow/journal.ts';
import { inStage } from '../flow/stage.ts';
import type { Tools } from '../flow/tools.ts';
import { describeRelease } from '../release/publish/describe-release.ts';
import { publishRelease } from '../release/publish/publish-release.ts';
import { tagImage } from '../release/publish/tag-image.ts';
import { auditBuild } from '../release/verify/audit-build.ts';
import { rebuiltTag, replacedTag } from '../version/version-tag.ts';
import type { Rebuilt } from './rebuild-image.ts';
import type { RebuildOutcome } from './rebuild-report.ts';

/** Keeps a rebuilt image under its own tag. */
export async function tagSeparately(
  { built, comparison, decision }: Rebuilt,
  _journal: RunJournal,
  tools: Tools,
): Promise<RebuildOutcome> {
  const { image, siteVersion, reference } = decision.plan;
  const { images } = decision.engine;
  // The recorded image itself may have its tag still.
  const hasTag = (await images.inspect(reference))?.id === built.id;
  const tag = hasTag ? reference : `${image}:${rebuiltTag(siteVersion, built.id)}`;
  if (!hasTag) {
    await auditBuild(decision, built.id, tools);
    await inStage(tools, { stage: 'tag', title: `Tagging ${tag}` }, () => images.tag(built.id, tag));
  }
  return { ...comparison, imageId: built.id, tag, keptAside: undefined, manifestPath: undefined };
}

/**
 * Gives a rebuilt image the release's own tag; the image that has it gets another. An equivalent image gets a record, and
 * the old one is moved aside.
 */
export async function replaceTag(
  rebuilt: Rebuilt,
  journal: RunJournal,
  tools: Tools,
): Promise<RebuildOutcome> {
  const { built, comparison, startedAt, examined, recordedId } = rebuilt;
  const { images } = rebuilt.decision.engine;
  const { reference, image, siteVersion } = rebuilt.decision.plan;
  const search = await auditBuild(rebuilt.decision, built.id, tools);
  const holder = await images.inspect(reference);
  const replaces =
    holder === undefined || holder.id === built.id ? undefined : { imageId: holder.id, tag: siteVersion };
  const decision = {
    ...rebuilt.decision,
    plan: { ...rebuilt.decision.plan, replaces },
    force: true,
  };
  const { verdict, proof } = comparison;
  let manifestPath: string | undefined;
  if (verdict === 'equivalent') {
    const rebuild = { of: recordedId, verdict, proof };
    const outcome = { startedAt, built, examined, search, rebuild };
    const record = await describeRelease(decision, outcome, tools);
    manifestPath = await publishRelease(decision, { record, imageId: built.id, journal }, tools);
  } else {
    await inStage(tools, { stage: 'tag', title: `Tagging ${reference}` }, () =>
      tagImage(images, decision.plan, built.id),
    );
  }
  // An earlier rebuild may have given it.
  await images.untag(`${image}:${rebuiltTag(siteVersion, built.id)}`);
  const keptAside = replaces && `${image}:${replacedTag(siteVersion, replaces.imageId)}`;
  return { ...comparison, imageId: built.id, tag: reference, keptAside, manifestPath };
}
