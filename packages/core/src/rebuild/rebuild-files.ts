import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { rebuildFilesDiffer } from '../errors/rebuild-failures.ts';
import type { RecordedRelease } from '../flow/recorded-release.ts';
import { SITE_FOLDER } from '../flow/site-folder.ts';
import type { Tools } from '../flow/tools.ts';
import { checkOutSite } from '../git/site-checkout.ts';
import { readSiteRepository } from '../git/site-repository.ts';
import { omitUndefined } from '../omit-undefined.ts';
import type { RebuildSource } from './rebuild-report.ts';

/** The site's files for a rebuild, and its temporary folder. */
export interface RebuildFiles {
  readonly source: RebuildSource;
  /** The site's folder at the release, or the current one. */
  readonly folder: string;
  /** For this run only. */
  readonly scratch: string;
  /** Removes everything that was written. */
  remove(): Promise<void>;
}

interface Candidate {
  readonly from: RebuildSource['from'];
  readonly folder: string;
  /** Of its Containerfile; `undefined` without one. */
  readonly digest: string | undefined;
}

/**
 * Finds the site's files as they were released: the recorded commit of the site's repository, or the site's folder when
 * its Containerfile is the recorded one.
 * @throws DeBuildError `rebuild-files-differ`, `site-checkout-failed`; nothing is left then
 */
export async function openRebuildFiles(
  release: RecordedRelease,
  options: { readonly inexact: boolean; readonly scratchName: string },
  tools: Tools,
): Promise<RebuildFiles> {
  const scratch = join(await release.site.own.make(), options.scratchName);
  const remove = () => rm(scratch, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { mode: 0o700 });
  try {
    return { ...(await findFiles(release, { scratch, inexact: options.inexact }, tools)), scratch, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function findFiles(
  { manifest, site }: RecordedRelease,
  { scratch, inexact }: { readonly scratch: string; readonly inexact: boolean },
  tools: Tools,
): Promise<Pick<RebuildFiles, 'source' | 'folder'>> {
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
    const checkout = await checkOutSite({ site: site.folder, commit, scratch, environment, signal });
    if (checkout === undefined) reasons.push(`The site's repository does not have the commit ${commit}`);
    else {
      await add('commit', checkout.folder);
      warnOfSubmodules(checkout.submodules, tools);
    }
  }
  await add('folder', site.folder);
  if (dirty) reasons.push('The site had uncommitted changes when it was released');
  if (dirty && (await isStillDirty(site, commit, tools))) candidates.reverse();

  const exact = candidates.find((candidate) => candidate.digest === digest);
  const chosen =
    exact ?? (inexact ? candidates.find((candidate) => candidate.digest !== undefined) : undefined);
  if (chosen === undefined) {
    const seen = candidates.map(describe);
    throw rebuildFilesDiffer(manifest.siteVersion, {
      path,
      recorded: digest,
      reasons: [...reasons, ...seen],
    });
  }
  const isExact = exact !== undefined;
  if (commit !== null && chosen.from === 'folder' && reasons.length === 0)
    reasons.push(
      `The ${path} of the commit ${commit} is not the recorded one; the one in the site's folder is`,
    );
  if (!isExact) reasons.push(`Its ${path} is not the recorded one`);
  const why = reasons.length === 0 ? undefined : `${reasons.join('. ')}.`;
  const source = { from: chosen.from, commit, isExact, ...omitUndefined({ why }) };
  return { source, folder: chosen.folder };
}

function describe({ from, digest }: Candidate): string {
  if (digest === undefined)
    return from === 'commit' ? 'That commit has no such file' : "The site's folder has no such file";
  return `The one ${from === 'commit' ? 'of that commit' : "in the site's folder"} has the digest ${digest}`;
}

/** The folder then has files that the commit lacks. */
async function isStillDirty(
  { folder, config }: RecordedRelease['site'],
  commit: string | null,
  { environment, signal }: Tools,
): Promise<boolean> {
  const ignore = [config.manifests, SITE_FOLDER];
  const now = await readSiteRepository(folder, { environment, ignore, signal });
  return now.isRepository && now.commit === commit && now.dirty.length > 0;
}

async function digestOf(file: string): Promise<string | undefined> {
  return readFile(file).then(
    (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    () => undefined,
  );
}

function warnOfSubmodules(submodules: readonly string[], tools: Tools): void {
  if (submodules.length === 0) return;
  const text = `The site's repository has submodules, which are empty in the rebuild: ${submodules.join(', ')}.`;
  tools.emit({ type: 'notice', level: 'warning', text });
}
