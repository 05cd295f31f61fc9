import { join } from 'node:path';
import { readSources, type SiteSources } from '../apps/site-sources.ts';
import { type CommitHistory, openCommitHistory } from '../git/commit-history.ts';
import { readSite } from '../site/read-site.ts';
import type { Site } from '../site/site.ts';
import { ownFolder } from './own-folder.ts';
import type { Tools } from './tools.ts';

/** What is known of the commits of a site's apps; its git hosts are asked for the rest, unless `isOffline`. */
export async function openHistory(
  folder: string,
  tools: Tools,
  { isOffline }: { readonly isOffline: boolean },
): Promise<CommitHistory> {
  if (isOffline) return openCommitHistory(atSite(folder, tools));
  const site = await readSite(folder);
  return historyOf({ site, sources: readSources(site, {}) }, tools);
}

/** The same for a site that was read. Its secrets are known to the redactor from here on. */
export function historyOf(
  { site, sources }: { readonly site: Site; readonly sources: SiteSources },
  tools: Tools,
): CommitHistory {
  for (const secret of sources.secrets) tools.redactor.add(secret);
  const apps = sources.frappe === undefined ? sources.apps : [sources.frappe, ...sources.apps];
  return openCommitHistory({
    ...atSite(site.folder, tools),
    hosts: {
      credentialOf: (url) => apps.find((app) => bareUrl(app.url) === bareUrl(url))?.credential,
      timeoutSeconds: site.config.gitTimeoutSeconds,
      onProgress: tools.emit,
    },
  });
}

/** An entry may have come to be written otherwise since its release. */
export function bareUrl(url: string): string {
  return url.replace(/\/+$/, '').replace(/\.git$/, '');
}

function atSite(folder: string, { environment }: Tools) {
  return { folder: join(folder, '.de-build'), makeFolder: () => ownFolder(folder), environment };
}
