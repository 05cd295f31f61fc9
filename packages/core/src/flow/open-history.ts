import { allApps } from '../apps/all-apps.ts';
import { type CommitHistory, openCommitHistory } from '../git/commit-history.ts';
import type { OpenSite } from './open-site.ts';
import type { Tools } from './tools.ts';

/** What is known about the commits of a site's apps; git hosts are queried for the rest, unless `isOffline`. */
export function openHistory(
  { own, config, sources }: Pick<OpenSite, 'own' | 'config' | 'sources'>,
  { environment, emit }: Pick<Tools, 'environment' | 'emit'>,
  { isOffline = false }: { readonly isOffline?: boolean } = {},
): CommitHistory {
  const apps = allApps(sources);
  const hosts = {
    credentialOf: (url: string) => apps.find((app) => bareUrl(app.url) === bareUrl(url))?.credential,
    timeoutSeconds: config.gitTimeoutSeconds,
    onProgress: emit,
  };
  return openCommitHistory({
    folder: own.path,
    makeFolder: () => own.make(),
    environment,
    ...(isOffline ? {} : { hosts }),
  });
}

/** The same repository may be written differently now than when it was released. */
export function bareUrl(url: string): string {
  return url.replace(/\/+$/, '').replace(/\.git$/, '');
}
