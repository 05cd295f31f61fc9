import type { CheckResult } from '../../flow/release-event.ts';
import type { SiteOptions } from '../../flow/tools.ts';
import { READS_SITE, withTools } from '../../flow/with-tools.ts';
import { parseCheckIds } from './check-ids.ts';
import { examineSite } from './examine-site.ts';

export interface CheckOptions extends SiteOptions {
  /** Ids of checks to leave out, e.g. `engine`, `disk` and `image-tag` where there is no engine. */
  readonly skip?: readonly string[];
  /** Build args as they will be given to the release. */
  readonly buildArgs?: Readonly<Record<string, string>>;
}

/** What `de-build check` found. */
export interface CheckReport {
  /** Absolute path of the site. */
  readonly site: string;
  readonly siteVersion: string | undefined;
  /** Whether a release would be let through: no finding is an error. */
  readonly passed: boolean;
  readonly errors: number;
  readonly warnings: number;
  /** In the order in which the checks ended. */
  readonly checks: readonly CheckResult[];
}

/**
 * Makes every check of a release and changes nothing. Problems are in the report, they are not thrown.
 * @throws DeBuildError `site-not-found` when there is no such folder; `check-unknown` for a check to skip that there is not; `release-interrupted` when aborted.
 */
export function checkSite(options: CheckOptions): Promise<CheckReport> {
  return withTools(
    options,
    async (tools) => {
      const skip = parseCheckIds(options.skip ?? []);
      const { site, version, results } = await examineSite(
        {
          folder: options.site,
          buildArgs: options.buildArgs ?? {},
          skip,
          force: false,
          frozen: false,
        },
        tools,
      );
      const findings = results.flatMap((result) => result.findings);
      const errors = findings.filter((finding) => finding.severity === 'error').length;
      return {
        site: site.folder,
        siteVersion: version,
        passed: errors === 0,
        errors,
        warnings: findings.filter((finding) => finding.severity === 'warning').length,
        checks: results,
      };
    },
    READS_SITE,
  );
}
