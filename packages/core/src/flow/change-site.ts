import type { OpenSite } from './open-site.ts';
import { settleLeftovers } from './settle.ts';
import type { LockName } from './site-folder.ts';
import { withSiteLock } from './site-lock.ts';
import type { SiteOptions, Tools } from './tools.ts';
import { type Operation, withTools } from './with-tools.ts';

export interface SiteChange extends Operation {
  /** Default: `records`. */
  readonly lock?: LockName;
  /** Nothing is changed, so no lock is taken. */
  readonly dryRun?: boolean | undefined;
}

/**
 * Opens a site for an operation that changes it: takes the lock, reads the site, and settles what runs that died left. The
 * kernel releases the lock when this process ends, however it ends.
 * @throws DeBuildError `site-locked`, `site-not-found`, `not-a-site`, `lock-*`, `journal-unreadable`; and what `body` throws
 */
export function changeSite<Result>(
  options: SiteOptions,
  change: SiteChange,
  body: (site: OpenSite, tools: Tools) => Promise<Result>,
): Promise<Result> {
  const { lock = 'records', what, dryRun } = change;
  return withTools(options, change, async (tools, open) => {
    if (dryRun === true) return body(await open(), tools);
    return withSiteLock({ site: options.site, lock }, tools, async (announce) => {
      const site = await open();
      // Not earlier, because the command line may contain a secret of the site.
      await announce(tools.redactor.redact(what));
      await settleLeftovers(site, lock, tools);
      return body(site, tools);
    });
  });
}

/** Opens a site only for reading. @throws DeBuildError `site-not-found`, `not-a-site`; and what `body` throws */
export function inspectSite<Result>(
  options: SiteOptions,
  operation: Operation,
  body: (site: OpenSite, tools: Tools) => Promise<Result>,
): Promise<Result> {
  return withTools(options, operation, async (tools, open) => body(await open(), tools));
}
