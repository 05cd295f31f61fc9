import { rebuildReplacesAside } from '../errors/rebuild-failures.ts';
import { changeSite } from '../flow/change-site.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { readRelease } from '../flow/recorded-release.ts';
import type { Flow, SiteOptions, Tools } from '../flow/tools.ts';
import type { FoundBase } from './find-bases.ts';
import { replaceTag, tagSeparately } from './keep-rebuilt.ts';
import { planRebuild, type RebuildDecision, rebuildImage } from './rebuild-image.ts';
import type { PinnedBase, RebuiltRelease } from './rebuild-report.ts';

export interface RebuildOptions extends SiteOptions {
  /** Site version, or a record that was moved aside: `1.4.0-replaced-0123456789ab`. */
  readonly release: string;
  /** Take steps from the build cache. Default: false, because a step from the cache was not rebuilt and proves nothing. */
  readonly cache?: boolean;
  /**
   * Give the release's own tag to an image that is identical or equivalent, and record it; the image that has the tag keeps
   * another. Default: false, the image gets its own tag.
   */
  readonly replace?: boolean;
  /** Continue with another Containerfile or base image if the recorded one is not available. Default: false. */
  readonly inexact?: boolean;
  /** Decide, and change nothing. Default: false. */
  readonly dryRun?: boolean;
}

const REBUILD: Flow = {
  name: 'rebuild',
  stages: ['plan', 'fetch', 'build', 'verify', 'compare', 'tag', 'record'],
  unchanged: 'Nothing was tagged and nothing was recorded.',
};

/**
 * Builds a recorded release again, from its commits, base images, build args and Containerfile, with only the mirror if
 * it has the commits, and reports whether the result is the recorded image. The image is kept as
 * `VERSION-rebuilt-<short id>`, and takes no tag from another image without `replace`. Differences are in the report, they
 * are not thrown.
 * @throws DeBuildError `manifest-*`, `rebuild-*`, `mirror-*`, `git-*`, `build-*`, `image-*`, `engine-*`,
 * `site-locked`, `lock-*`
 */
export function rebuildRelease(options: RebuildOptions): Promise<RebuiltRelease> {
  const { release, dryRun } = options;
  return changeSite(options, { flow: REBUILD, what: `rebuild ${release}`, dryRun }, (site, tools) =>
    rebuild(site, options, tools),
  );
}

async function rebuild(site: OpenSite, options: RebuildOptions, tools: Tools): Promise<RebuiltRelease> {
  const { cache = false, inexact = false, replace = false, dryRun = false } = options;
  const release = await readRelease(site, options.release);
  const { name, manifest } = release;
  if (replace && name !== manifest.siteVersion) throw rebuildReplacesAside(name);
  const request = { release, cache, inexact };
  const report = ({ decision, source, bases }: RebuildDecision) => ({
    dryRun,
    siteVersion: name,
    reference: decision.plan.reference,
    recordedId: manifest.image.id,
    plan: decision.plan,
    source,
    bases: bases.map(withoutId),
  });
  if (dryRun) {
    const { toFetch, ...decided } = await planRebuild(request, tools);
    return { ...report(decided), toFetch, outcome: undefined };
  }
  return rebuildImage(request, tools, async (rebuilt, journal) => {
    const isSame = ['identical', 'equivalent'].includes(rebuilt.comparison.verdict);
    const keep = replace && isSame ? replaceTag : tagSeparately;
    return { ...report(rebuilt), toFetch: [], outcome: await keep(rebuilt, journal, tools) };
  });
}

function withoutId({ reference, digest, from }: FoundBase): PinnedBase {
  return { reference, digest, from };
}
