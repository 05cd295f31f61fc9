import type { Images } from '../engine/engine.ts';
import { digestOfBase } from '../engine/images/base-digest.ts';
import type { Containerfile } from '../site/containerfile.ts';
import type { PlannedBaseImage } from './plan.ts';

/**
 * The images that the Containerfile's stages stand on, each with the digest that the engine holds now. The
 * final one is the base of the target stage (or of the last), followed through the stages it builds upon.
 */
export async function findBaseImages(
  containerfile: Containerfile,
  target: string | undefined,
  images: Images,
): Promise<readonly PlannedBaseImage[]> {
  const final = finalBase(containerfile, target);
  const outside = containerfile.stages.filter((stage) => !stage.isStage && stage.from !== 'scratch');
  const references = [...new Set(outside.map((stage) => stage.from))];
  return Promise.all(
    references.map(async (reference) => ({
      reference,
      digest: await digestOfBase(images, reference),
      isFinal: reference === final,
    })),
  );
}

function finalBase(containerfile: Containerfile, target: string | undefined): string | undefined {
  const { stages } = containerfile;
  let at = target === undefined ? stages.length - 1 : indexOfStage(containerfile, target, stages.length);
  while (at >= 0) {
    const stage = stages[at];
    if (stage === undefined || !stage.isStage) return stage?.from;
    at = indexOfStage(containerfile, stage.from, at);
  }
  return undefined;
}

function indexOfStage(containerfile: Containerfile, name: string, before: number): number {
  const wanted = name.toLowerCase();
  return containerfile.stages.findLastIndex(
    (stage, index) => index < before && (stage.name?.toLowerCase() === wanted || String(index) === name),
  );
}
