import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { rebuildFilesDiffer } from '../errors/rebuild-failures.ts';
import { ownFolder } from '../flow/own-folder.ts';
import type { RecordedRelease } from '../flow/recorded-release.ts';
import type { Tools } from '../flow/tools.ts';
import { checkOutSite } from '../git/site-checkout.ts';
import { readSiteRepository } from '../git/site-repository.ts';
import type { RebuildSource } from './rebuild-report.ts';

/** The site's files for a rebuild, and room for what else it needs on disk. */
export interface RebuildFiles {
  readonly source: RebuildSource;
  /** The site's folder as it was, or as it is. */
  readonly folder: string;
  /** For this run alone. */
  readonly scratch: string;
}

interface Candidate {
  readonly from: RebuildSource['from'];
  readonly folder: string;
  /** Of its Containerfile; `undefined` without one. */
  readonly digest: string | undefined;
}

/**
 * Finds the site's files as they were released, calls `use` with them, and takes away what it wrote, whatever came of it:
 * the recorded commit of the site's repository; or the site's folder, when its Containerfile is the recorded one.
 * @throws DeBuildError `rebuild-files-differ`, `site-checkout-failed`
 */
export async function withRebuildFiles<Result>(
  release: RecordedRelease,
  options: { readonly inexact: boolean; readonly scratchName: string },
  tools: Tools,
  use: (files: RebuildFiles) => Promise<Result>,
): Promise<Result> {
  const scratch = join(await ownFolder(release.site), options.scratchName);
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { mode: 0o700 });
  try {
    const found = await findFiles(release, { scratch, inexact: options.inexact }, tools);
    return await use({ ...found, scratch });
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

async function findFiles(
  { manifest, site, records }: RecordedRelease,
  { scratch, inexact }: { readonly scratch: string; readonly inexact: boolean },
  tools: Tools,
): Promise<Omit<RebuildFiles, 'scratch'>> {
  const { commit, dirty } = manifest.site;
  const { path, digest } = manifest.containerfile;
  const { environment, signal } = tools;
  const reasons: string[] = [];
  const candidates: Candidate[] = [];
  const add = async (from: Candidate['from'], folder: string) => {
    candidates.push({ from, folder, digest: await digestOf(join(folder, path)) });
  };
  if (commit === null) reasons.push('The site was in no git repository when it was released');
  else {
    const checkout = await checkOutSite({ site, commit, scratch, environment, signal });
    if (checkout === undefined) reasons.push(`The site's repository does not hold the commit ${commit}`);
    else {
      await add('commit', checkout.folder);
      tellSubmodules(checkout.submodules, tools);
    }
  }
  await add('folder', site);
  if (dirty) reasons.push('The site had uncommitted changes when it was released');
  if (dirty && (await isStillDirty({ site, records }, commit, tools))) candidates.reverse();

  const exact = candidates.find((candidate) => candidate.digest === digest);
  const chosen =
    exact ?? (inexact ? candidates.find((candidate) => candidate.digest !== undefined) : undefined);
  if (chosen === undefined) {
    const seen = candidates.map(({ from, digest: other }) =>
      other === undefined
        ? `${placeOf(from)} has no such file`
        : `the one ${from === 'commit' ? 'of that commit' : "in the site's folder"} has the digest ${other}`,
    );
    throw rebuildFilesDiffer(manifest.siteVersion, {
      path,
      recorded: digest,
      reasons: [...reasons, ...seen.map(upper)],
    });
  }
  const isExact = exact !== undefined;
  if (commit !== null && chosen.from === 'folder' && reasons.length === 0)
    reasons.push(`The commit ${commit} has not the recorded ${path}, and the site's folder has it`);
  if (!isExact) reasons.push(`Its ${path} is not the recorded one`);
  const source: RebuildSource = {
    from: chosen.from,
    commit,
    isExact,
    ...(reasons.length === 0 ? {} : { why: `${reasons.join('. ')}.` }),
  };
  return { source, folder: chosen.folder };
}

/** The folder then holds what the commit does not. */
async function isStillDirty(
  { site, records }: Pick<RecordedRelease, 'site' | 'records'>,
  commit: string | null,
  { environment, signal }: Tools,
): Promise<boolean> {
  const ignore = [relative(site, records), '.de-build'];
  const now = await readSiteRepository(site, { environment, ignore, signal });
  return now.isRepository && now.commit === commit && now.dirty.length > 0;
}

async function digestOf(file: string): Promise<string | undefined> {
  return readFile(file).then(
    (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    () => undefined,
  );
}

function tellSubmodules(submodules: readonly string[], tools: Tools): void {
  if (submodules.length === 0) return;
  const text = `The site's repository has submodules, which are empty in the rebuild: ${submodules.join(', ')}.`;
  tools.emit({ type: 'notice', level: 'warning', text });
}

function placeOf(from: Candidate['from']): string {
  return from === 'commit' ? 'that commit' : "the site's folder";
}

function upper(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
