import { type SiteWork, withSiteLock } from './site-lock.ts';
import type { SiteOptions } from './tools.ts';
import { withTools } from './with-tools.ts';

export interface LockedSiteOptions
  extends Pick<SiteOptions, 'site' | 'environment' | 'lockWaitSeconds' | 'onNotice' | 'signal'>,
    Pick<SiteWork, 'what'> {}

/**
 * Does work of your own on a site while no other run changes it: what `what` says is told to whoever comes meanwhile. Not
 * for flows of de-build, which take the lock themselves.
 * @throws DeBuildError `site-locked`, `site-not-found`, `lock-*`, and whatever `work` throws
 */
export async function withLockedSite<Result>(
  options: LockedSiteOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const { site, what } = options;
  // Handed past the redactor, which would copy it.
  const results: Result[] = [];
  await withTools(options, (tools) =>
    withSiteLock({ site, what }, tools, async () => void results.push(await work())),
  );
  return results[0] as Result;
}
