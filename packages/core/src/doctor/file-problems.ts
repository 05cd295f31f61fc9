import { rm } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { isDeBuildError } from '../errors/de-build-error.ts';
import {
  credentialLeft,
  mirrorLeftover,
  temporaryFileLeft,
  unfinishedRun,
} from '../errors/doctor-findings.ts';
import { findingOf } from '../flow/finding-of.ts';
import { type JournalEntry, readJournal } from '../flow/journal.ts';
import { findLeftFiles } from '../flow/left-files.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { openPending } from '../flow/pending-kinds.ts';
import { settleJournal } from '../flow/settle.ts';
import type { Tools } from '../flow/tools.ts';
import { findMirrorLeftovers, removeMirrorLeftover } from '../git/mirror/mirror-leftovers.ts';
import { findLeftoverFolders } from '../git/temporary-folder.ts';
import { readManifests } from '../manifests/manifest-store.ts';
import type { Problem } from './problem.ts';

/** The pending work of a run that died. */
export async function findJournalProblems(site: OpenSite, tools: Tools): Promise<readonly Problem[]> {
  const { journal } = site.own.of('records');
  const file = nameIn(site, journal);
  const place = { site: site.folder, journal };
  try {
    const entry = await readJournal(journal);
    if (entry === undefined) return [];
    return [
      {
        finding: unfinishedRun(file, await describe(entry, place)),
        repair: () => settleJournal(entry, place, tools),
      },
    ];
  } catch (error) {
    if (!isDeBuildError(error)) throw error;
    return [{ finding: findingOf(error, { file }) }];
  }
}

async function describe(
  { temporary, pending }: JournalEntry,
  place: { readonly site: string; readonly journal: string },
): Promise<string> {
  if (pending !== undefined) return (await openPending(pending, place)).during;
  if (temporary.length === 0) return 'before it was done';
  return `while it had ${temporary.join(' and ')} on the engine`;
}

/** Incomplete files in the site and its mirror, and records that cannot be read. */
export async function findFileProblems(
  site: OpenSite,
  { environment }: Pick<Tools, 'environment'>,
): Promise<readonly Problem[]> {
  const remove = (path: string) => () => rm(path, { recursive: true, force: true });
  const files = await findLeftFiles(site, 'records');
  const homes = await findLeftoverFolders(environment);
  const mirror = await findMirrorLeftovers(site.own.mirror);
  const { problems } = await readManifests(site.records, site.config.versionScheme);
  return [
    ...files.map((path) => ({ finding: temporaryFileLeft(nameIn(site, path)), repair: remove(path) })),
    ...homes.map((path) => ({ finding: credentialLeft(path), repair: remove(path) })),
    ...mirror.map((leftover) => ({
      finding: mirrorLeftover(nameIn(site, leftover.path), leftover.what),
      repair: () => removeMirrorLeftover(leftover, environment),
    })),
    ...problems.map((finding) => ({ finding })),
  ];
}

function nameIn({ folder }: Pick<OpenSite, 'folder'>, path: string): string {
  return relative(folder, path).split(sep).join('/');
}
