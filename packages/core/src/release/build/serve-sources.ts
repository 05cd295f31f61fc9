import { allApps } from '../../apps/all-apps.ts';
import type { ResolvedApp } from '../../apps/app.ts';
import { reportRetry } from '../../flow/report-retry.ts';
import { inStage } from '../../flow/stage.ts';
import type { Tools } from '../../flow/tools.ts';
import { openMirror } from '../../git/mirror/mirror-store.ts';
import { serveMirror } from '../../git/mirror/serve-mirror.ts';
import { readSiteKey } from '../../git/mirror/site-key.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import type { Decision } from '../plan/decision.ts';

/** Where the build clones its apps from. */
export interface Sources {
  /** `undefined` when it is the app's own URL, with its token. */
  readonly urlOf: ((app: ResolvedApp) => string) | undefined;
}

/**
 * Fetches every app to this machine at its planned commit, serves them on loopback while `use` runs, and stops. With the
 * delivery `inject` nothing is fetched.
 * @throws DeBuildError `mirror-*`, `git-*`
 */
export async function serveSources<Result>(
  decision: Decision,
  tools: Tools,
  use: (sources: Sources) => Promise<Result>,
): Promise<Result> {
  const { site, plan, isFrozen } = decision;
  const { mode, reason } = plan.tokenDelivery;
  const warn = (text: string) => tools.emit({ type: 'notice', level: 'warning', text });
  const isInjected = mode === 'inject';
  if (reason !== undefined && site.sources.secrets.length > 0)
    warn(
      isInjected ? `The token goes into the build, where bench writes it into its log: ${reason}` : reason,
    );
  if (isInjected) return use({ urlOf: undefined });

  const apps = allApps(decision);
  const siteKey = await readSiteKey(await site.own.make());
  tools.redactor.add(siteKey);
  const { environment, emit, signal } = tools;
  const mirror = openMirror(site.own.mirror, { environment, onRetry: reportRetry(emit), onProgress: emit });
  const sources = await inStage(tools, { stage: 'fetch', title: 'Fetching the apps at their commits' }, () =>
    Promise.all(apps.map((app) => mirror.fetch({ ...app, isRecorded: isFrozen }, signal))),
  );
  for (const { what, fix } of sources.flatMap(({ notices }) => notices)) warn(`${what} ${fix}`);
  const server = await serveMirror(mirror, {
    siteKey,
    sources,
    ...omitUndefined({ port: site.config.mirrorPort }),
  });
  if (!server.isDefaultPort)
    warn(
      "The mirror's usual port is taken, so it uses another; steps that clone will not come from the cache.",
    );
  const urls = new Map(sources.map((source, index) => [apps[index], server.urlOf(source)]));
  try {
    return await use({ urlOf: (app) => urls.get(app) ?? app.url });
  } finally {
    await server.close();
  }
}
