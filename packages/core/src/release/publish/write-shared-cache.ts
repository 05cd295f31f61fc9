import type { BuildEvent } from '../../engine/build-event.ts';
import type { BuildRequest, BuiltImage } from '../../engine/engine.ts';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import { inStage } from '../../flow/stage.ts';
import type { Tools } from '../../flow/tools.ts';
import { placeOfCache } from '../../site/cache-entry.ts';
import type { Decision } from '../plan/decision.ts';
import { exportedLater, inFolder } from '../plan/shared-cache.ts';

/**
 * Writes the build cache for other builders, once the audit has passed the image: every step comes from the builder's own
 * cache then, and what is new is written.
 * @throws DeBuildError `cache-not-written`, `build-interrupted`, `engine-*`, `builder-*`
 */
export async function writeSharedCache(
  { engine, sharedCache, site }: Decision,
  { built, request }: { readonly built: BuiltImage; readonly request: BuildRequest },
  tools: Pick<Tools, 'emit' | 'flow'>,
): Promise<void> {
  const entries = exportedLater(sharedCache.cacheTo);
  if (entries.length === 0) return;
  const title = `Writing the cache to ${entries.map(placeOfCache).join(', ')}`;
  await inStage(tools, { stage: 'cache', title }, async () => {
    for (const entry of entries) {
      // BuildKit would ignore it without a word.
      const { 'ignore-error': ignores, ...attributes } = entry.attributes;
      try {
        await engine.writeCache({
          ...request,
          cacheTo: [inFolder({ ...entry, attributes }, site.folder)],
          noCache: false,
          pull: false,
          baseDigests: built.baseDigests,
          onEvent: newSteps(built, tools.emit),
        });
      } catch (error) {
        const isOfCache = isDeBuildError(error) && error.code === 'cache-not-written';
        if (!isOfCache || ignores !== 'true') throw error;
        tools.emit({ type: 'notice', level: 'warning', text: `${error.what} ${error.why}` });
      }
    }
  });
}

/** The steps of the build were shown. */
function newSteps({ steps }: BuiltImage, emit: (event: BuildEvent) => void): (event: BuildEvent) => void {
  const known = new Set(steps.map(({ name }) => name));
  const shown = new Set<string>();
  return (event) => {
    if (event.type === 'build-step' && !known.has(event.name)) shown.add(event.step);
    if ('step' in event && event.step !== undefined && shown.has(event.step)) emit(event);
  };
}
