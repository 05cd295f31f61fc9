import { join } from 'node:path';
import type { ResolvedApp } from '../../apps/app.ts';
import { ownFolder } from '../../flow/own-folder.ts';
import { inStage } from '../../flow/stage.ts';
import { tellWait } from '../../flow/tell-wait.ts';
import type { Tools } from '../../flow/tools.ts';
import { openMirror } from '../../git/mirror/mirror-store.ts';
import { serveMirror } from '../../git/mirror/serve-mirror.ts';
import { readSiteKey } from '../../git/mirror/site-key.ts';
import { resolvedAppsOf } from '../check/examine-site.ts';
import type { Decision } from '../plan/plan-release.ts';

/** Where the build clones its apps from. */
export interface Sources {
  /** `undefined` when it is the app's own URL, with its token. */
  readonly urlOf: ((app: ResolvedApp) => string) | undefined;
}

/**
 * Brings every app to this machine at its planned commit, serves them on loopback while `use` runs, and stops. With the
 * delivery `inject` there is nothing to bring.
 * @throws DeBuildError `mirror-*`, `git-*`
 */
export async function serveSources<Result>(
  decision: Decision,
  tools: Tools,
  use: (sources: Sources) => Promise<Result>,
): Promise<Result> {
  const { plan, examination } = decision;
  const { means, reason } = plan.tokenDelivery;
  if (reason !== undefined && examination.sources.secrets.length > 0)
    tools.emit({ type: 'notice', level: 'warning', text: describe(means, reason) });
  if (means === 'inject') return use({ urlOf: undefined });

  const { site } = examination;
  const apps = resolvedAppsOf(examination);
  const folder = await ownFolder(site.folder);
  const siteKey = await readSiteKey(folder);
  tools.redactor.add(siteKey);
  const mirror = openMirror(join(folder, 'mirror'), {
    environment: tools.environment,
    onWait: tellWait(tools.emit),
    onProgress: tools.emit,
  });
  const sources = await inStage(tools, { stage: 'fetch', title: 'Fetching the apps at their commits' }, () =>
    Promise.all(apps.map((app) => mirror.fetch({ ...app, isRecorded: decision.isFrozen }, tools.signal))),
  );
  for (const { what, fix } of sources.flatMap(({ notices }) => notices))
    tools.emit({ type: 'notice', level: 'warning', text: `${what} ${fix}` });
  const server = await serveMirror(mirror, {
    siteKey,
    sources,
    ...(site.config.mirrorPort === undefined ? {} : { port: site.config.mirrorPort }),
  });
  if (!server.isDefaultPort)
    tools.emit({
      type: 'notice',
      level: 'warning',
      text: "The mirror's usual port is taken, so it is served on another; steps that clone will not come from the cache.",
    });
  const urls = new Map(apps.map((app, index) => [app, urlAt(sources[index])]));
  function urlAt(source: (typeof sources)[number] | undefined): string {
    if (source === undefined) throw new Error('An app was not fetched before it was served.');
    return server.urlOf(source);
  }
  try {
    return await use({ urlOf: (app) => urls.get(app) ?? app.url });
  } finally {
    await server.close();
  }
}

function describe(means: 'mirror' | 'inject', reason: string): string {
  return means === 'inject'
    ? `The token goes into the build, where bench writes it into its log: ${reason}`
    : reason;
}
