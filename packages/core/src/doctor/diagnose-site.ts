import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isDeBuildError } from '../errors/de-build-error.ts';
import type { Finding } from '../errors/finding.ts';
import { findingOf } from '../flow/finding-of.ts';
import { readJournal } from '../flow/journal.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { siteFolder } from '../flow/site-folder.ts';
import { withSiteLock } from '../flow/site-lock.ts';
import type { Flow, SiteOptions, Tools } from '../flow/tools.ts';
import { withTools } from '../flow/with-tools.ts';
import { listVersions, readManifests } from '../manifests/manifest-store.ts';
import { SITE_CONFIG_FILE } from '../site/read-site-config.ts';
import { findArchiveProblems } from './archive-problems.ts';
import { findContainerProblems } from './container-problems.ts';
import { findFileProblems, findJournalProblems } from './file-problems.ts';
import type { Problem } from './problem.ts';
import { findTagProblems } from './tag-problems.ts';

export interface DoctorOptions extends SiteOptions {
  /** Repair what can be repaired safely. Default: false. */
  readonly repair?: boolean;
  /** With `repair`: change nothing; say what would be repaired. Default: false. */
  readonly dryRun?: boolean;
}

export interface Diagnosis {
  readonly finding: Finding;
  /** `left`: it could not be repaired, or may belong to another run; the finding says what to do. */
  readonly state: 'found' | 'would-repair' | 'repaired' | 'left';
  /** Why a repair failed. */
  readonly why?: string;
}

/** What `de-build doctor` found. */
export interface DoctorReport {
  /** Absolute path of the site. */
  readonly site: string;
  readonly diagnoses: readonly Diagnosis[];
  /** How many errors remain. Warnings may not be problems of this site. */
  readonly remaining: number;
}

const DOCTOR: Flow = { name: 'doctor', stages: [], unchanged: 'Nothing was repaired.' };

/**
 * Finds what runs that died have left, on disk and on the engine, and repairs it if asked to: completes or undoes what they
 * had pending, removes incomplete files, restores lost tags. It touches nothing that may belong to another run, and
 * nothing at all while another run works on the site.
 * @throws DeBuildError `site-locked`, `site-not-found`, `not-a-site`, `lock-*`
 */
export function diagnoseSite(options: DoctorOptions): Promise<DoctorReport> {
  const what = options.repair === true ? 'doctor --repair' : 'doctor';
  return withTools(options, { flow: DOCTOR, what }, async (tools, open) => {
    const diagnoseOpen = async () => diagnose(await open(), options, tools);
    const hasFolder = await stat(siteFolder(resolve(options.site)).path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    // Without the folder there was no run, and there is nothing to lock.
    if (!hasFolder) return diagnoseOpen();
    return withSiteLock({ site: options.site }, tools, async (announce) => {
      await announce(what);
      return diagnoseOpen();
    });
  });
}

async function diagnose(site: OpenSite, options: DoctorOptions, tools: Tools): Promise<DoctorReport> {
  const diagnoses: Diagnosis[] = [];
  const treat = async (problems: readonly Problem[]) => {
    for (const problem of problems) diagnoses.push(await treatOne(problem, options, tools));
  };
  // Settling pending work may repair the rest, so it comes first.
  await treat(await findJournalProblems(site, tools));
  await treat(await findFileProblems(site, tools));
  await treat(await findArchiveProblems(site, tools));
  await treat(await findEngineProblems(site, tools));
  const remaining = diagnoses.filter(
    ({ finding, state }) => finding.severity === 'error' && state !== 'repaired',
  ).length;
  return { site: site.folder, diagnoses, remaining };
}

async function treatOne(
  { finding, repair }: Problem,
  options: Pick<DoctorOptions, 'repair' | 'dryRun'>,
  { signal, done }: Pick<Tools, 'signal' | 'done'>,
): Promise<Diagnosis> {
  signal.throwIfAborted();
  if (options.repair !== true) return { finding, state: 'found' };
  if (repair === undefined) return { finding, state: 'left' };
  if (options.dryRun === true) return { finding, state: 'would-repair' };
  try {
    await repair();
    done(`Repaired: ${finding.id}${finding.file === undefined ? '' : ` (${finding.file})`}.`);
    return { finding, state: 'repaired' };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (signal.aborted || code === undefined) throw error;
    const why = isDeBuildError(error) ? `${error.what} ${error.why}` : `The system answered ${code}.`;
    return { finding, state: 'left', why };
  }
}

/** An engine that does not answer is a warning: its images were not checked. Nor are they when the site does not say which. */
async function findEngineProblems(site: OpenSite, tools: Tools): Promise<readonly Problem[]> {
  const { records, own, config, unknownSettings, findings } = site;
  const scheme = config.versionScheme;
  if (unknownSettings.has('image')) {
    return findings
      .filter(({ file, severity }) => file === SITE_CONFIG_FILE && severity === 'error')
      .map((finding) => ({ finding }));
  }
  try {
    const engine = await tools.engine();
    const known = {
      image: config.image,
      scheme,
      manifests: (await readManifests(records, scheme)).manifests,
      versions: await listVersions(records, scheme),
      journal: await readJournal(own.of('records').journal).catch(() => undefined),
    };
    return [
      ...(await findContainerProblems(engine.images, config.image)),
      ...(await findTagProblems(site, engine, known)),
    ];
  } catch (error) {
    if (!isDeBuildError(error) || !error.code.startsWith('engine-')) throw error;
    return [{ finding: { ...findingOf(error), severity: 'warning' } }];
  }
}
