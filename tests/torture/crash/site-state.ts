import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Manifest, manifestSchema } from '@de-build/core';
import { requestEngine } from '@de-build/testbed';

/** What is on disk and on the engine of a site, at one moment. */
export interface SiteState {
  /** Record → manifest, for every record that can be read. */
  readonly records: ReadonlyMap<string, Manifest>;
  /** Tag → image id. */
  readonly tags: ReadonlyMap<string, string>;
  /** The image that a dead run has promised to record. */
  readonly promised: { readonly version: string; readonly imageId: string } | undefined;
  readonly hasJournal: boolean;
  /** Files that are neither whole nor absent. */
  readonly torn: readonly string[];
  /** Files under a name for the time of writing, and homes of git. */
  readonly temporary: readonly string[];
}

export async function readSiteState(options: {
  readonly site: string;
  readonly image: string;
  readonly host: string;
  /** Where homes for git are made. */
  readonly temporaryFolder: string;
  /** What `.env` held. */
  readonly env: string;
}): Promise<SiteState> {
  const { site, image, host, temporaryFolder, env } = options;
  const torn: string[] = [];
  const records = new Map<string, Manifest>();
  const files = (await readdir(site, { recursive: true })).filter((name) => !name.startsWith('.git/'));
  if ((await readFile(join(site, '.env'), 'utf8')) !== env) torn.push('.env');
  for (const name of files) {
    const isOurs = name.startsWith('build-manifests/') || /^\.de-build\/[^/]+$/.test(name);
    if (!isOurs || !name.endsWith('.json') || name.endsWith('.tmp')) continue;
    try {
      const value = JSON.parse(await readFile(join(site, name), 'utf8'));
      const [, record] = /^build-manifests\/(.+?)(?<!\.cdx|\.intoto|\.archives)\.json$/.exec(name) ?? [];
      if (record !== undefined) records.set(record, manifestSchema.parse(value));
    } catch {
      torn.push(name);
    }
  }
  const key = await readFile(join(site, '.de-build/site-key'), 'utf8').catch(() => undefined);
  if (key !== undefined && !/^[0-9a-f]{32}\n$/.test(key)) torn.push('.de-build/site-key');
  const journal = await readFile(join(site, '.de-build/journal.json'), 'utf8').catch(() => undefined);
  const { pending } = journal === undefined ? {} : JSON.parse(journal);
  return {
    records,
    tags: await readTags(host, image),
    promised: pending && { version: pending.siteVersion, imageId: pending.imageId },
    hasJournal: journal !== undefined,
    torn,
    temporary: [
      ...files.filter((name) => name.endsWith('.tmp')),
      ...(await readdir(temporaryFolder)).filter((name) => name.startsWith('de-build-git-')),
    ],
  };
}

async function readTags(host: string, image: string): Promise<ReadonlyMap<string, string>> {
  const filters = JSON.stringify({ reference: [image] });
  const listed = await requestEngine(host, { path: `/images/json?${new URLSearchParams({ filters })}` });
  const images = JSON.parse(listed) as readonly { Id: string; RepoTags: readonly string[] | null }[];
  return new Map(
    images.flatMap(({ Id, RepoTags }) =>
      (RepoTags ?? [])
        .filter((name) => name.startsWith(`${image}:`))
        .map((name) => [name.slice(image.length + 1), Id] as const),
    ),
  );
}

/** What must hold at every moment, after any kill: each sentence is a breach. */
export function findBreaches(state: SiteState): readonly string[] {
  const { records, tags, promised, torn } = state;
  const breaches = torn.map((name) => `${name} is torn`);
  for (const [tag, id] of tags) {
    if (/-(?:building|replaced)-/.test(tag)) continue;
    const isRecorded = records.get(tag)?.image.id === id;
    const isPromised = promised?.version === tag;
    if (!isRecorded && !isPromised) breaches.push(`${tag} has a tag and no record`);
  }
  for (const [name, manifest] of records) {
    const id = tags.get(name) ?? tags.get(manifest.siteVersion);
    if (id === undefined && promised === undefined) breaches.push(`${name} has a record and no tag`);
  }
  return breaches;
}

/** What must hold when a run has ended: nothing is left of the one before. */
export function findLeftovers(state: SiteState): readonly string[] {
  const { records, tags, hasJournal, temporary } = state;
  const breaches = [...findBreaches(state), ...temporary.map((name) => `${name} is left`)];
  if (hasJournal) breaches.push('the journal is left');
  for (const tag of tags.keys()) if (tag.includes('-building-')) breaches.push(`${tag} is left`);
  for (const [name, { image }] of records)
    if (tags.get(name) !== image.id) breaches.push(`${name} has not the tag of its image`);
  return breaches;
}
