import { join, resolve } from 'node:path';
import { readSources, type SiteSources } from '../apps/site-sources.ts';
import { notASite } from '../errors/site-failures.ts';
import type { Secret } from '../secrets/secret.ts';
import { weaknessOf } from '../secrets/weak-value.ts';
import { isSite } from '../site/find-site.ts';
import { readSite } from '../site/read-site.ts';
import type { Site } from '../site/site.ts';
import { type SiteFolder, siteFolder } from './site-folder.ts';
import type { Tools } from './tools.ts';

/** A site whose files were read, each once. */
export interface OpenSite extends Site {
  /** Its apps, build args and secrets. */
  readonly sources: SiteSources;
  /** Values that occur by chance: they are not searched for in images. */
  readonly weak: readonly Secret[];
  /** The folder of records; absolute. */
  readonly records: string;
  /** The folder `.de-build`. */
  readonly own: SiteFolder;
}

/**
 * Reads a site, and adds its secrets to the redactor.
 * @throws DeBuildError `site-not-found`, `site-unreadable`, `not-a-site`
 */
export async function openSite(
  folder: string,
  buildArgs: Readonly<Record<string, string>>,
  { redactor, environment }: Pick<Tools, 'redactor' | 'environment'>,
): Promise<OpenSite> {
  const site = await readSite(resolve(folder), environment);
  if (!(await isSite(site.folder))) throw notASite(site.folder);
  const sources = readSources(site, buildArgs);
  for (const secret of sources.secrets) redactor.add(secret);
  const weak = sources.secrets.filter((secret) => weaknessOf(secret.reveal()) !== undefined);
  const records = join(site.folder, site.config.manifests);
  return { ...site, sources, weak, records, own: siteFolder(site.folder) };
}
