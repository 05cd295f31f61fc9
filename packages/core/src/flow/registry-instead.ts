import type { Engine } from '../engine/engine.ts';
import { registryAccess } from '../engine/registry-credentials.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import type { OpenSite } from './open-site.ts';
import type { Tools } from './tools.ts';

const NO_ENGINE = new Set(['engine-not-running', 'engine-unreachable']);

/**
 * The registry of a site that has no engine: it is pushed to, and a builder builds for it. Both must be settings of the site, for
 * what is done with its images later needs them, too.
 * @param error what the engine failed with
 * @returns `undefined` where the site needs an engine
 * @throws DeBuildError `builder-*`, `program-*`
 */
export async function registryInstead(
  { config, folder, unknownSettings }: OpenSite,
  error: unknown,
  { environment, redactor, signal, emit }: Pick<Tools, 'environment' | 'redactor' | 'signal' | 'emit'>,
): Promise<Engine | undefined> {
  const setting = config.builder ?? (environment.BUILDX_BUILDER || undefined);
  const isMissing = isDeBuildError(error) && NO_ENGINE.has(error.code);
  if (!isMissing || !config.push || setting === undefined || unknownSettings.has('image')) return undefined;
  const { openBuilder } = await import('../engine/builder/use-builder.ts');
  const builder = await openBuilder(setting, { environment, folder, signal });
  if (builder === undefined) return undefined;
  const { registryEngine } = await import('../engine/registry-store/registry-engine.ts');
  const { credential } = await registryAccess(config.image, { environment, redactor });
  const engine = registryEngine(builder, config.image, credential);
  const text = `No Docker Engine answers here: the images are kept in the registry ${engine.endpoint}.`;
  emit({ type: 'notice', level: 'warning', text });
  return engine;
}
