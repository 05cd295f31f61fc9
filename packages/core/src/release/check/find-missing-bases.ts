import type { Engine } from '../../engine/engine.ts';
import { askForImage } from '../../engine/registries/ask-for-image.ts';
import { registryAccess, registryOf } from '../../engine/registry-credentials.ts';
import { baseImageMissing } from '../../errors/check-findings.ts';
import type { Finding } from '../../errors/finding.ts';
import type { Tools } from '../../flow/tools.ts';
import type { BuildPlan } from '../plan/plan.ts';

/** Base images that the build would not get: the engine does not have them, nor does their registry as far as it answers. */
export async function findMissingBases(
  { baseImages, containerfile }: Pick<BuildPlan, 'baseImages' | 'containerfile'>,
  { registries, builder }: Pick<Engine, 'registries' | 'builder'>,
  tools: Tools,
): Promise<readonly Finding[]> {
  // A builder beside the engine has images and registries of its own.
  if (builder !== undefined) return [];
  const wanted = baseImages.filter(({ digest }) => digest === undefined);
  const asked = await Promise.all(
    wanted.map(async ({ reference }) => {
      const answer = await askForImage(registries, reference, await registryAccess(reference, tools));
      if (answer.state === 'found') return [];
      const why = answer.state === 'none' ? undefined : answer.why;
      return [
        baseImageMissing(reference, { file: containerfile.path, registry: registryOf(reference), why }),
      ];
    }),
  );
  return asked.flat();
}
