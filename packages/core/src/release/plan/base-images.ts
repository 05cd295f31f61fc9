import type { Images } from '../../engine/engine.ts';
import { digestOfBase } from '../../engine/images/base-digest.ts';
import type { Stage } from '../../site/containerfile.ts';
import type { PlannedBaseImage } from './plan.ts';

/**
 * The images that the Containerfile's stages are based on, each with the digest on the engine now. The final one is the base
 * of the target stage (or of the last), through the stages that it is based on.
 * @param platforms the stages of each platform that is built
 * @param images `undefined` where a builder beside the engine has others
 */
export async function findBaseImages(
  platforms: readonly (readonly Stage[])[],
  target: string | undefined,
  images: Images | undefined,
): Promise<readonly PlannedBaseImage[]> {
  const final = new Set(platforms.map((stages) => finalBase(stages, target)));
  const outside = platforms.flat().filter((stage) => !stage.isStage && stage.from !== 'scratch');
  const references = [...new Set(outside.map((stage) => stage.from))];
  return Promise.all(
    references.map(async (reference) => ({
      reference,
      digest: images && (await digestOfBase(images, reference)),
      isFinal: final.has(reference),
    })),
  );
}

function finalBase(stages: readonly Stage[], target: string | undefined): string | undefined {
  let at = target === undefined ? stages.length - 1 : indexOfStage(stages, target, stages.length);
  while (at >= 0) {
    const stage = stages[at];
    if (stage === undefined || !stage.isStage) return stage?.from;
    at = indexOfStage(stages, stage.from, at);
  }
  return undefined;
}

function indexOfStage(stages: readonly Stage[], name: string, before: number): number {
  const wanted = name.toLowerCase();
  return stages.findLastIndex(
    (stage, index) => index < before && (stage.name?.toLowerCase() === wanted || String(index) === name),
  );
}
