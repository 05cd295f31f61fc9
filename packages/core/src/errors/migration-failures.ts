import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { sentence } from './sentence.ts';

/** @param serving which release serves now, as a sentence; @param patch the one that was running */
export function migrationFailed(
  site: string,
  seen: { readonly patch: string | undefined; readonly place: string | undefined; readonly exitCode: number },
  { serving, log, output }: { readonly serving: string; readonly log: string; readonly output: string },
): DeBuildError {
  const { patch, place, exitCode } = seen;
  const where = place === undefined ? '' : ` at ${place}`;
  return new DeBuildError({
    code: 'migration-failed',
    what:
      patch === undefined
        ? `The migration of ${site} failed.`
        : `The patch ${patch} failed on ${site}${where}.`,
    why: `\`bench migrate\` ended with exit code ${exitCode}${patch === undefined ? ', after its last patch had ended' : ''}. ${serving}`,
    fix: `Correct ${patch === undefined ? 'the cause' : 'the patch'}, release it, and deploy that release.${patch === undefined ? '' : ` To leave the patch out for good: \`de-build migrate --skip ${quoted(patch)}\`, and deploy again.`} The whole output is in ${log}.`,
    exitCode: EXIT.deployment,
    output,
  });
}

/** For a shell. */
function quoted(word: string): string {
  return /^[\w.:/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** @param failed what failed, as a sentence */
export function migratedNotServed(failed: string, why: string, sites: string, output?: string): DeBuildError {
  return new DeBuildError({
    code: 'migrated-not-served',
    what: 'The databases were migrated, and what runs does not serve them.',
    why: `${failed} ${sentence(why)} In maintenance mode: ${sites}.`,
    fix: 'Go back with `de-build rollback`; or correct the cause and finish with `de-build migrate --resume`.',
    exitCode: EXIT.deployment,
    output,
  });
}

/** @param only the site that was asked for; @param sites those of the bench */
export function benchSiteUnknown(only: string, sites: readonly string[]): DeBuildError {
  return new DeBuildError({
    code: 'bench-site-unknown',
    what: `The bench has no site ${only}.`,
    why: sites.length === 0 ? 'It has no site at all.' : `Its sites are ${sites.join(', ')}.`,
    fix: 'Name one of them with `--only`, or leave the option out for all of them.',
    exitCode: EXIT.usage,
  });
}

/** @param patches those that could have been named */
export function patchNotFound(
  patch: string,
  reference: string,
  { isDone, patches }: { readonly isDone: boolean; readonly patches: readonly string[] },
): DeBuildError {
  const kind = isDone ? 'that ran' : 'that is pending';
  return new DeBuildError({
    code: 'patch-not-found',
    what: `${reference} has no patch ${patch} ${kind}.`,
    why:
      patches.length === 0
        ? `patches.txt of its apps has no line ${kind}.`
        : `Lines ${isDone ? 'that ran' : 'that are pending'}: ${patches.slice(-5).join(', ')}${patches.length > 5 ? `, and ${patches.length - 5} before them` : ''}.`,
    fix: 'Name the line of patches.txt as it is there, or its module.',
    exitCode: EXIT.usage,
  });
}
