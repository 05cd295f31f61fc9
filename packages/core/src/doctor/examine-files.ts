import { rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isDeBuildError } from '../errors/de-build-error.ts';
import {
  credentialLeft,
  mirrorLeftover,
  temporaryFileLeft,
  unfinishedRun,
} from '../errors/doctor-findings.ts';
import { settle } from '../flow/converge.ts';
import { findingOf } from '../flow/finding-of.ts';
import { type JournalEntry, readJournal } from '../flow/journal.ts';
import { findLeftFiles } from '../flow/left-files.ts';
import type { Tools } from '../flow/tools.ts';
import { findLeftHomes } from '../git/left-homes.ts';
import { findMirrorLeftovers, removeMirrorLeftover } from '../git/mirror/mirror-leftovers.ts';
import { readManifests } from '../manifests/manifest-store.ts';
import type { SiteConfig } from '../site/site-config.ts';
import type { Ailment } from './ailment.ts';

/** What a run that died left under way. */
export async function examineJournal(site: string, tools: Tools): Promise<readonly Ailment[]> {
  const file = '.de-build/journal.json';
  try {
    const entry = await readJournal(site);
    if (entry === undefined) return [];
    return [
      {
        finding: unfinishedRun(file, whatWasDone(entry)),
        repair: async () => void (await settle(site, entry, tools)),
      },
    ];
  } catch (error) {
    if (!isDeBuildError(error)) throw error;
    return [{ finding: findingOf(error, { file }) }];
  }
}

function whatWasDone({ release, temporary }: JournalEntry): string {
  if (release !== undefined) return `while it named and recorded ${release.reference}`;
  return `while it had ${temporary.join(' and ')} on the engine`;
}

/** Files that were never whole, in the site and its mirror; records that cannot be read. */
export async function examineFiles(
  site: string,
  config: SiteConfig,
  tools: Pick<Tools, 'environment'>,
): Promise<readonly Ailment[]> {
  const nameOf = (path: string) => relative(site, path).split(sep).join('/');
  const files = await findLeftFiles(site, config);
  const homes = await findLeftHomes(tools.environment);
  const mirror = await findMirrorLeftovers(join(site, '.de-build', 'mirror'));
  const { problems } = await readManifests(join(site, config.manifests));
  return [
    ...files.map((path) => ({
      finding: temporaryFileLeft(nameOf(path)),
      repair: () => rm(path, { recursive: true, force: true }),
    })),
    ...homes.map((path) => ({
      finding: credentialLeft(path),
      repair: () => rm(path, { recursive: true, force: true }),
    })),
    ...mirror.map((leftover) => ({
      finding: mirrorLeftover(nameOf(leftover.path), leftover.what),
      repair: () => removeMirrorLeftover(leftover, tools.environment),
    })),
    ...problems.map((finding) => ({ finding })),
  ];
}
