import { isDeBuildError } from '../errors/de-build-error.ts';
import { restoredDifferent, restoredEquivalentOnly } from '../errors/restore-failures.ts';
import type { RunJournal } from '../flow/journal.ts';
import type { Tools } from '../flow/tools.ts';
import { replaceTag, tagSeparately } from '../rebuild/keep-rebuilt.ts';
import { planRebuild, type Rebuilt, rebuildImage } from '../rebuild/rebuild-image.ts';
import type { RebuildOutcome } from '../rebuild/rebuild-report.ts';
import type { RestoreMethod, Restoring } from './restore-method.ts';

/** The last method: rebuilds the release and compares. Only the recorded image gets its tag by default. */
export function rebuildMethod(
  accepted: 'identical' | 'equivalent',
  { release, dryRun }: Restoring,
  tools: Tools,
): RestoreMethod {
  const request = { release, cache: true, inexact: false };
  return {
    kind: 'rebuild',
    from: `the commits of ${release.name}`,
    async check() {
      if (!dryRun) return { state: 'available' };
      try {
        await planRebuild(request, tools);
        return { state: 'available' };
      } catch (error) {
        if (tools.signal.aborted || !isDeBuildError(error)) throw error;
        return { state: 'missing', why: `${error.what} ${error.why}` };
      }
    },
    restore: () =>
      rebuildImage(request, tools, (rebuilt, journal) => keep({ rebuilt, journal }, accepted, tools)),
  };
}

async function keep(
  { rebuilt, journal }: { readonly rebuilt: Rebuilt; readonly journal: RunJournal },
  accepted: 'identical' | 'equivalent',
  tools: Tools,
): Promise<RebuildOutcome> {
  const { comparison, decision } = rebuilt;
  const { verdict, proof } = comparison;
  if (verdict === 'identical' || verdict === accepted) return replaceTag(rebuilt, journal, tools);
  const { reference } = decision.plan;
  if (verdict !== 'equivalent') throw restoredDifferent(reference, proof);
  const { tag } = await tagSeparately(rebuilt, journal, tools);
  throw restoredEquivalentOnly(reference, tag, proof);
}
