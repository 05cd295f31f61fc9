import type { Images } from '../../engine/engine.ts';
import { tagTakenMeanwhile } from '../../errors/release-failures.ts';
import { replacedTag } from '../../version/version-tag.ts';
import type { BuildPlan } from '../plan/plan.ts';

/** What tagging did, so that it can be taken back when the release can't be recorded. */
export interface Tagging {
  /** Every name the image has now. */
  readonly tags: readonly string[];
  undo(): Promise<void>;
}

/**
 * Gives the verified image its version. An image that holds the tag keeps a name of its own
 * (`VERSION-replaced-<short id>`), and only when the plan says so.
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
  if (aside !== undefined) await images.tag(plan.reference, aside);
  await images.tag(imageId, plan.reference);
  return {
    tags: [plan.reference],
    async undo() {
      // Somebody else may have taken it since; theirs is theirs.
      if ((await images.inspect(plan.reference))?.id !== imageId) return;
      if (aside === undefined) await images.untag(plan.reference);
      else {
        await images.tag(aside, plan.reference);
        await images.untag(aside);
      }
    },
  };
}
