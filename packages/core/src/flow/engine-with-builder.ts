import type { Engine } from '../engine/engine.ts';
import type { SiteConfig } from '../site/site-config.ts';
import type { Tools } from './tools.ts';

/**
 * The engine, with the site's builder, if it has one.
 * @param wanted takes precedence over the site's
 * @throws DeBuildError `builder-*`, `engine-*`, `program-*`
 */
export async function engineWithBuilder(
  { config, folder }: { readonly config: Pick<SiteConfig, 'builder'>; readonly folder: string },
  wanted: string | undefined,
  { engine, environment, signal }: Pick<Tools, 'engine' | 'environment' | 'signal'>,
): Promise<Engine> {
  const setting = wanted ?? config.builder ?? (environment.BUILDX_BUILDER || undefined);
  const own = await engine();
  if (setting === undefined || own.imagesIn === 'registry') return own;
  const { useBuilder } = await import('../engine/builder/use-builder.ts');
  return useBuilder(own, setting, { environment, folder, signal });
}
