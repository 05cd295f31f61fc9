import { resolve } from 'node:path';
import type { Io } from '../io.ts';

/**
 * The site that a command works on: the one that `--site` names, or DE_BUILD_SITE, or the nearest one from the current
 * folder up.
 * @throws DeBuildError `not-a-site`, `site-not-found`, `site-unreadable`
 */
export async function siteOf(
  { site }: { readonly site?: string | undefined },
  { folder, environment }: Pick<Io, 'folder' | 'environment'>,
): Promise<string> {
  const { isSite, requireSite } = await import('@de-build/core');
  const named = site ?? (environment.DE_BUILD_SITE || undefined);
  if (named === undefined) return requireSite(folder);
  // An explicit folder takes precedence over a site above it.
  const path = resolve(folder, named);
  return (await isSite(path)) ? path : requireSite(path);
}
