import { allApps } from '../../apps/all-apps.ts';
import type { ResolvedApp } from '../../apps/app.ts';
import { type ResolvedRepository, repositoryKey } from '../../apps/repository.ts';
import type { VirtualFile } from '../../disk/virtual-file.ts';
import { reportRetry } from '../../flow/report-retry.ts';
import { inStage } from '../../flow/stage.ts';
import type { Tools } from '../../flow/tools.ts';
import { arrangeCloned } from '../../git/mirror/cloned-files.ts';
import type { MirrorApp, PinnedSource } from '../../git/mirror/mirror.ts';
import { openMirror } from '../../git/mirror/mirror-store.ts';
import { arrangeSources } from '../../git/mirror/source-files.ts';
import { SOURCES_URL, type StepRepository } from '../../site/mount-sources.ts';
import type { Decision } from '../plan/decision.ts';

/** What the build clones, as it gets it. */
export interface FetchedSources {
  /** Bare repositories of the apps. */
  readonly apps: readonly VirtualFile[];
  /** Bare repositories of what the Containerfile clones by itself. */
  readonly cloned: readonly VirtualFile[];
  /** Which of these its steps clone. */
  readonly steps: readonly StepRepository[];
  /** What the build clones in place of the app's own URL. */
  urlOf(app: ResolvedApp): string;
}

/**
 * Fetches everything that the build clones into the mirror at its planned commit. With the delivery `inject` nothing is
 * fetched.
 * @returns `undefined` when the build clones from the repositories' own URLs
 * @throws DeBuildError `mirror-*`, `git-*`
 */
export async function fetchSources(decision: Decision, tools: Tools): Promise<FetchedSources | undefined> {
  const { site, plan, isFrozen, repositories } = decision;
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
  const fetch = (app: MirrorApp) => mirror.fetch({ isRecorded: isFrozen, ...app }, signal);
  const title = 'Fetching the apps at their commits';
  const [sources, cloned] = await inStage(tools, { stage: 'fetch', title }, () =>
    Promise.all([Promise.all(apps.map(fetch)), Promise.all(repositories.map(mirrorAppOf).map(fetch))]),
  );
  const notices = [...sources, ...cloned].flatMap((source) => source.notices);
  for (const text of new Set(notices.map(({ what, fix }) => `${what} ${fix}`))) warn(text);
  const arranged = arrangeSources(sources);
  const urls = new Map(
    sources.map((source, index) => [apps[index], `${SOURCES_URL}${arranged.pathOf(source)}`]),
  );
  return {
    apps: arranged.files,
    ...arrangeSteps(repositories, { cloned, apps: sources }),
    urlOf: (app) => urls.get(app) ?? app.url,
  };
}

/** A commit that the Containerfile names is in the mirror under a branch of its name. */
export function mirrorAppOf(repository: ResolvedRepository): MirrorApp {
  const { kind } = repository;
  return kind === 'commit' ? { ...repository, kind: 'branch', isRecorded: true } : { ...repository, kind };
}

/** A repository that is an app's, too, has the app's ref as well. */
function arrangeSteps(
  repositories: readonly ResolvedRepository[],
  { cloned, apps }: { readonly cloned: readonly PinnedSource[]; readonly apps: readonly PinnedSource[] },
): Pick<FetchedSources, 'cloned' | 'steps'> {
  const keys = new Set(repositories.map(({ url }) => repositoryKey(url)));
  const shared = apps.filter(({ url }) => keys.has(repositoryKey(url)));
  const arranged = arrangeCloned(
    [
      ...cloned.map((source, index) => ({ source, isDefault: repositories[index]?.isDefault === true })),
      ...shared.map((source) => ({ source, isDefault: false })),
    ],
    repositoryKey,
  );
  const steps = cloned.flatMap((source, index) => {
    const { line, spelling } = repositories[index] ?? {};
    return line === undefined || spelling === undefined
      ? []
      : [{ line, spelling, folder: arranged.folderOf(source) }];
  });
  return { cloned: arranged.files, steps };
}
