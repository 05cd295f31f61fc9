import { isDeBuildError } from '../errors/de-build-error.ts';
import { restoredDifferent, restoredEquivalentOnly } from '../errors/restore-failures.ts';
import type { RunJournal } from '../flow/journal.ts';
import type { Tools } from '../flow/tools.ts';
import { planRebuild, type Rebuilt, rebuildImage } from '../rebuild/rebuild-image.ts';
import { keepApart, takeOver } from '../rebuild/rebuild-release.ts';
import type { RebuildOutcome } from '../rebuild/rebuild-report.ts';
import type { Means, Restoring } from './restore-means.ts';

/** The last means: the release is built anew, and compared. Only the recorded image takes its tag without being asked. */
export function rebuildMeans(
  accepted: 'identical' | 'equivalent',
  { release, options }: Restoring,
  tools: Tools,
): Means {
  const request = { release, named: options.release, cache: true, inexact: false };
  return {
    means: 'rebuild',
    from: `the commits of ${options.release}`,
    async fault() {
      if (options.dryRun !== true) return undefined;
      try {
        await planRebuild(request, tools);
        return undefined;
      } catch (error) {
        if (tools.signal.aborted || !isDeBuildError(error)) throw error;
        return { isThere: false, why: `${error.what} ${error.why}` };
      }
    },
    bring: () =>
      rebuildImage(request, tools, (rebuilt, journal) => settle({ rebuilt, journal }, accepted, tools)),
  };
}

async function settle(
  { rebuilt, journal }: { readonly rebuilt: Rebuilt; readonly journal: RunJournal },
  accepted: 'identical' | 'equivalent',
  tools: Tools,
): Promise<RebuildOutcome> {
  const { comparison, decision } = rebuilt;
  const { verdict, proof } = comparison;
  if (verdict === 'identical' || verdict === accepted) return takeOver(rebuilt, journal, tools);
  const { reference } = decision.plan;
  if (verdict !== 'equivalent') throw restoredDifferent(reference, proof);
  const { tag } = await keepApart(rebuilt, tools);
  throw restoredEquivalentOnly(reference, tag, proof);
}
