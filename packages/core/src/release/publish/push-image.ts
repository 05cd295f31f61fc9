import { withImageName } from '../../engine/images/with-image-name.ts';
import { registryAccess } from '../../engine/registry-credentials.ts';
import type { RunJournal } from '../../flow/journal.ts';
import { inStage } from '../../flow/stage.ts';
import type { Tools } from '../../flow/tools.ts';
import { measureProgress } from '../../progress/progress.ts';
import type { Decision } from '../plan/decision.ts';

/**
 * Pushes the verified image under its version, if the plan says so. The engine has that name only while it pushes: a push
 * that breaks off leaves no version here, and a registry gives an image its tag last.
 * @returns its digest in the registry
 * @throws DeBuildError `registry-refused`, `registry-unreachable`, `journal-not-written`, `engine-*`
 */
export async function pushImage(
  { plan, engine }: Decision,
  { imageId, journal }: { readonly imageId: string; readonly journal: RunJournal },
  tools: Tools,
): Promise<string | undefined> {
  if (!plan.push) return undefined;
  // The build has pushed it; it gets its tag there.
  if (engine.imagesIn === 'registry') return imageId;
  const { reference } = plan;
  return inStage(tools, { stage: 'push', title: `Pushing ${reference}` }, async () => {
    tools.signal.throwIfAborted();
    const access = await registryAccess(reference, tools);
    const title = `Pushing ${reference}`;
    const meter = measureProgress({ id: `push ${reference}`, title, unit: 'bytes' }, tools.emit);
    const push = async () => {
      try {
        return await engine.registries.push(reference, { ...access, onProgress: meter.set });
      } catch (error) {
        const text = `The registry may hold layers of ${reference}, which the next push uses; an image gets its tag last.`;
        tools.emit({ type: 'notice', level: 'warning', text });
        throw error;
      } finally {
        meter.end();
      }
    };
    return journal.withTemporary(reference, (onLeft) =>
      withImageName(engine.images, { imageId, name: reference, onLeft }, push),
    );
  });
}
