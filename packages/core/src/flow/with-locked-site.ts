import { changeSite } from './change-site.ts';
import type { Flow, SiteOptions } from './tools.ts';

export interface LockedSiteOptions extends SiteOptions {
  /** Names the work for other runs: `deploy 1.4.0`. */
  readonly what: string;
}

const OWN_WORK: Flow = { name: 'locked-site', stages: [], unchanged: '' };

/**
 * Runs your function while no other run changes the site, after pending work of dead runs was settled. Not for flows
 * of de-build, which take the lock themselves.
 * @throws DeBuildError `site-locked`, `site-not-found`, `not-a-site`, `lock-*`, `journal-unreadable`; and what `work` throws
 */
export async function withLockedSite<Result>(
  options: LockedSiteOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  // Not passed through the redactor, which would copy it.
  const results: Result[] = [];
  await changeSite(
    options,
    { flow: OWN_WORK, what: options.what },
    async () => void results.push(await work()),
  );
  return results[0] as Result;
}
