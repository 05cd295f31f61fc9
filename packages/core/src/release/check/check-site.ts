import type { Severity } from '../../errors/finding.ts';
import { inspectSite } from '../../flow/change-site.ts';
import type { CheckResult } from '../../flow/event.ts';
import type { Flow, SiteOptions } from '../../flow/tools.ts';
import { readVersion } from '../../site/site.ts';
import { checkBuild } from './check-build.ts';
import { parseCheckIds } from './checks.ts';
import { runChecks } from './run-checks.ts';

export interface CheckOptions extends SiteOptions {
  /** Ids of checks to leave out, e.g. `engine`, `disk` and `image-tag` where there is no engine. */
  readonly skip?: readonly string[];
  /** What will build the image: see `ReleaseOptions`. */
  readonly builder?: string;
  /** Build args as they will be given to the release. */
  readonly buildArgs?: Readonly<Record<string, string>>;
}

/** What `de-build check` found. */
export interface CheckReport {
  /** Absolute path of the site. */
  readonly site: string;
  readonly siteVersion: string | undefined;
  /** Whether a release would start: no finding is an error. */
  readonly passed: boolean;
  readonly errors: number;
  readonly warnings: number;
  /** In the order in which the checks ended. */
  readonly checks: readonly CheckResult[];
}

const CHECK: Flow = { name: 'check', stages: [], unchanged: 'It changes nothing.' };

/**
 * Runs every check of a release and changes nothing. Problems are in the report, they are not thrown.
 * @throws DeBuildError `site-not-found`, `not-a-site`; `check-unknown` for an unknown check to skip; `release-interrupted`
 */
export async function checkSite(options: CheckOptions): Promise<CheckReport> {
  const { buildArgs, builder } = options;
  const skip = parseCheckIds(options.skip ?? []);
  return inspectSite(options, { flow: CHECK, what: 'check', buildArgs }, async (site, tools) => {
    const checked = await runChecks(site, { skip, builder }, tools);
    const { results, check } = checked;
    await check('build', () => checkBuild(site, { options, checked }, tools));
    const errors = countFindings(results, 'error');
    return {
      site: site.folder,
      siteVersion: readVersion(site),
      passed: errors === 0,
      errors,
      warnings: countFindings(results, 'warning'),
      checks: results,
    };
  });
}

function countFindings(results: readonly CheckResult[], severity: Severity): number {
  return results.flatMap(({ findings }) => findings).filter((finding) => finding.severity === severity)
    .length;
}
