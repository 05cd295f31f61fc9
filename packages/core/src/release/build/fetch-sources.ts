import { allApps } from '../../apps/all-apps.ts';
import type { ResolvedApp } from '../../apps/app.ts';
import { reportRetry } from '../../flow/report-retry.ts';
import { inStage } from '../../flow/stage.ts';
import type { Tools } from '../../flow/tools.ts';
import { openMirror } from '../../git/mirror/mirror-store.ts';
import { arrangeSources, type SourceFiles } from '../../git/mirror/source-files.ts';
import { SOURCES_URL } from '../../site/mount-sources.ts';
import type { Decision } from '../plan/decision.ts';

/** The apps as the build gets them. */
export interface FetchedSources {
  readonly files: SourceFiles['files'];
  /** What the build clones in place of the app's own URL. */
  urlOf(app: ResolvedApp): string;
}

/**
 * Fetches every app into the mirror at its planned commit. With the delivery `inject` nothing is fetched.
 * @returns `undefined` when the build clones from the apps' own URLs
 * @throws DeBuildError `mirror-*`, `git-*`
 */
export async function fetchSources(decision: Decision, tools: Tools): Promise<FetchedSources | undefined> {
  const { site, plan, isFrozen } = decision;
  const { environment, emit, signal } = tools;
  const warn = (text: string) => emit({ type: 'notice', level: 'warning', text });
  if (plan.tokenDelivery.mode === 'inject') {
    if (site.sources.secrets.length > 0)
      warn('The token goes into the build, where bench writes it into its log: tokenDelivery is inject.');
    return undefined;
  }
  const apps = allApps(decision);
  await site.own.make();
  const mirror = openMirror(site.own.mirror, { environment, onRetry: reportRetry(emit), onProgress: emit });
  const sources = await inStage(tools, { stage: 'fetch', title: 'Fetching the apps at their commits' }, () =>
    Promise.all(apps.map((app) => mirror.fetch({ ...app, isRecorded: isFrozen }, signal))),
  );
  for (const { what, fix } of sources.flatMap(({ notices }) => notices)) warn(`${what} ${fix}`);
  const arranged = arrangeSources(sources);
  const urls = new Map(
    sources.map((source, index) => [apps[index], `${SOURCES_URL}${arranged.pathOf(source)}`]),
  );
  return { files: arranged.files, urlOf: (app) => urls.get(app) ?? app.url };
}
