import type { Images } from '../../engine/engine.ts';
import { tagTakenMeanwhile } from '../../errors/release-failures.ts';
import { replacedTag } from '../../version/version-tag.ts';
import type { BuildPlan } from '../plan/plan.ts';

/** A tag that can be undone when the release can't be recorded. */
export interface Tagging {
  /** Every name the image has now. */
  readonly tags: readonly string[];
  undo(): Promise<void>;
}

/**
 * Tags the verified image with its version. An image that has the tag gets another name (`VERSION-replaced-<short id>`), and
 * only when the plan says so. Another run may take the tag between the look and the tagging: who has lost it is told.
 * @throws DeBuildError `image-tag-taken-meanwhile`
 */
export async function tagImage(
  images: Pick<Images, 'inspect' | 'tag' | 'untag'>,
  plan: Pick<BuildPlan, 'image' | 'siteVersion' | 'reference' | 'replaces'>,
  imageId: string,
): Promise<Tagging> {
  const holder = await images.inspect(plan.reference);
  if (holder !== undefined && holder.id !== imageId && holder.id !== plan.replaces?.imageId) {
    throw tagTakenMeanwhile(plan.reference, holder.id);
  }
  const isReplacing = holder !== undefined && holder.id !== imageId;
  const aside = isReplacing ? `${plan.image}:${replacedTag(plan.siteVersion, holder.id)}` : undefined;
  if (aside !== undefined && holder !== undefined) await images.tag(holder.id, aside);
  await images.tag(imageId, plan.reference);
  // Engines give a tag to the last who asks for it.
  const given = await images.inspect(plan.reference);
  if (given?.id !== imageId) throw tagTakenMeanwhile(plan.reference, given?.id);
  return {
    tags: [plan.reference],
    async undo() {
      // Another run may have taken the tag since.
      if ((await images.inspect(plan.reference))?.id !== imageId) return;
      if (aside === undefined) await images.untag(plan.reference);
      else {
        await images.tag(aside, plan.reference);
        await images.untag(aside);
      }
    },
  };
}
