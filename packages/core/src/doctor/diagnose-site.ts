import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isDeBuildError } from '../errors/de-build-error.ts';
import type { Finding } from '../errors/finding.ts';
import { siteNotFound } from '../errors/site-failures.ts';
import { findingOf } from '../flow/finding-of.ts';
import { readJournal } from '../flow/journal.ts';
import { withSiteLock } from '../flow/site-lock.ts';
import type { SiteOptions, Tools } from '../flow/tools.ts';
import { withTools } from '../flow/with-tools.ts';
import { listVersions, readManifests } from '../manifests/manifest-store.ts';
import { readSiteConfig } from '../site/read-site-config.ts';
import type { SiteConfig } from '../site/site-config.ts';
import type { Ailment } from './ailment.ts';
import { examineArchives } from './examine-archives.ts';
import { examineContainers } from './examine-containers.ts';
import { examineFiles, examineJournal } from './examine-files.ts';
import { examineTags } from './examine-tags.ts';

export interface DoctorOptions extends Omit<SiteOptions, 'remote' | 'onEvent'> {
  /** Mend what can be mended for certain. Default: false. */
  readonly repair?: boolean;
  /** With `repair`: change nothing; say what would be mended. Default: false. */
  readonly dryRun?: boolean;
}

export interface Diagnosis {
  readonly finding: Finding;
  /** `left`: it could not be mended, or it cannot be told whose it is; the finding says what to do. */
  readonly state: 'found' | 'would-repair' | 'repaired' | 'left';
  /** Why a repair failed. */
  readonly why?: string;
}

/** What `de-build doctor` found. */
export interface DoctorReport {
  /** Absolute path of the site. */
  readonly site: string;
  readonly diagnoses: readonly Diagnosis[];
  /** How many errors are there now; warnings are no ailments of this site for certain. */
  readonly remaining: number;
}

/**
 * Looks for what runs that died have left, on disk and on the engine, and mends it if asked to: finishes or takes back what
 * they had under way, removes what was never whole, gives lost tags back. It touches nothing that may be somebody else's,
 * and nothing at all while a run is at work.
 * @throws DeBuildError `site-locked`, `site-not-found`, `lock-*`
 */
export function diagnoseSite(options: DoctorOptions): Promise<DoctorReport> {
  return withTools({ ...options, onEvent: () => undefined }, async (tools) => {
    const site = resolve(options.site);
    const what = options.repair === true ? 'doctor --repair' : 'doctor';
    const work = () => diagnose(site, options, tools);
    // Nothing was ever done here where there is no such folder, and there is nothing to lock.
    return (await hasOwnFolder(site)) ? withSiteLock({ site, what }, tools, work) : work();
  });
}

async function hasOwnFolder(site: string): Promise<boolean> {
  const isThere = (path: string) =>
    stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
  if (!(await isThere(site))) throw siteNotFound(site);
  return isThere(join(site, '.de-build'));
}

async function diagnose(site: string, options: DoctorOptions, tools: Tools): Promise<DoctorReport> {
  const { config } = await readSiteConfig(site);
  const diagnoses: Diagnosis[] = [];
  // What was under way comes first: finishing it may mend the rest.
  const treat = async (ailments: readonly Ailment[]) => {
    for (const ailment of ailments) diagnoses.push(await treatOne(ailment, options, tools));
  };
  await treat(await examineJournal(site, tools));
  await treat(await examineFiles(site, config, tools));
  await treat(await examineArchives(site, join(site, config.manifests), tools));
  await treat(await examineEngine(site, config, tools));
  const remaining = diagnoses.filter(
    ({ finding, state }) => finding.severity === 'error' && state !== 'repaired',
  ).length;
  return { site, diagnoses, remaining };
}

async function treatOne(
  { finding, repair }: Ailment,
  options: Pick<DoctorOptions, 'repair' | 'dryRun'>,
  { signal }: Pick<Tools, 'signal'>,
): Promise<Diagnosis> {
  signal.throwIfAborted();
  if (options.repair !== true) return { finding, state: 'found' };
  if (repair === undefined) return { finding, state: 'left' };
  if (options.dryRun === true) return { finding, state: 'would-repair' };
  try {
    await repair();
    return { finding, state: 'repaired' };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (signal.aborted || code === undefined) throw error;
    const why = isDeBuildError(error) ? `${error.what} ${error.why}` : `The system answered ${code}.`;
    return { finding, state: 'left', why };
  }
}

/** An engine that does not answer is told of, for what is on it is not seen then. */
async function examineEngine(site: string, config: SiteConfig, tools: Tools): Promise<readonly Ailment[]> {
  const records = join(site, config.manifests);
  try {
    const engine = await tools.engine();
    const known = {
      image: config.image,
      manifests: (await readManifests(records)).manifests,
      versions: await listVersions(records),
      journal: await readJournal(site).catch(() => undefined),
    };
    return [...(await examineContainers(engine.images, config.image)), ...(await examineTags(engine, known))];
  } catch (error) {
    if (!isDeBuildError(error) || !error.code.startsWith('engine-')) throw error;
    return [{ finding: { ...findingOf(error), severity: 'warning' } }];
  }
}
