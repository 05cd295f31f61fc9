import { allApps } from '../../apps/all-apps.ts';
import { encodeAppsJson, renderAppsJson } from '../../apps/deliver-apps.ts';
import type { BuildRequest } from '../../engine/engine.ts';
import { findProxyArgs } from '../../engine/proxy-args.ts';
import { findRegistryCredentials } from '../../engine/registry-credentials.ts';
import { readSiteKey } from '../../flow/site-key.ts';
import type { Tools } from '../../flow/tools.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import type { Secret } from '../../secrets/secret.ts';
import type { Decision } from '../plan/decision.ts';
import { labelsOf } from '../plan/labels.ts';
import { inFolder } from '../plan/shared-cache.ts';
import { contextOf } from './context-paths.ts';
import type { FetchedSources } from './fetch-sources.ts';
import { mountedSources } from './mounted-sources.ts';

/** What the engine is asked to build: the plan, with secrets and paths filled in. */
export async function buildRequest(
  decision: Decision,
  { temporary, fetched }: { readonly temporary: string; readonly fetched: FetchedSources | undefined },
  tools: Tools,
): Promise<BuildRequest> {
  const { plan, site, frappe, files, sourceDateEpoch } = decision;
  const { environment, redactor } = tools;
  const buildArgs: Record<string, string | Secret> = {
    ...(await findProxyArgs(decision.engine.endpoint, { environment, redactor })),
  };
  for (const [name, { value, source }] of Object.entries(plan.buildArgs)) {
    if (source !== 'containerfile') buildArgs[name] = decision.buildArgs[name] ?? value;
  }
  if (fetched !== undefined && frappe !== undefined) buildArgs.FRAPPE_PATH = fetched.urlOf(frappe);
  for (const { name, url } of site.sources.repositoryArgs) {
    const isPinned = fetched !== undefined && decision.repositories.some((pinned) => pinned.url === url);
    if (isPinned && name in buildArgs) buildArgs[name] = url;
  }
  if (sourceDateEpoch !== undefined) buildArgs.SOURCE_DATE_EPOCH ??= sourceDateEpoch;
  const document = renderAppsJson(site.apps, allApps(decision), {
    ...site.sources.values,
    ...omitUndefined({ urlOf: fetched?.urlOf }),
    withCommits: plan.cache.input === 'apps-json',
  });
  if (plan.dialect === 'build-arg') {
    const encoded = encodeAppsJson(document);
    // BuildKit writes it out in the names of the steps that use it.
    redactor.add(encoded);
    buildArgs.APPS_JSON_BASE64 = encoded;
  }
  const { cacheFrom, cacheTo } = decision.sharedCache;
  const asked = [
    ...plan.baseImages.map(({ reference }) => reference),
    // Without an engine the builder pushes the image.
    ...(decision.engine.imagesIn === 'registry' ? [plan.image] : []),
    ...[...cacheFrom, ...cacheTo].flatMap(({ attributes }) => attributes.ref ?? []),
  ];
  const registryAuth = await findRegistryCredentials(asked, { environment, redactor });
  const sources = await mountedSources(decision, { fetched, appsJson: document });
  const sessionKey = await readSiteKey(await site.own.make());
  return {
    ...(await contextOf(files, site.config)),
    registryAuth,
    contextHashesFile: files.hashesFile,
    tags: [temporary],
    buildArgs,
    secrets: { ...site.sources.buildSecrets, ...(plan.dialect === 'secret' ? { apps_json: document } : {}) },
    platforms: plan.platforms,
    labels: labelsOf(plan),
    noCache: !plan.cache.use,
    pull: plan.pull,
    cacheFrom: cacheFrom.map((entry) => inFolder(entry, site.folder)),
    cacheTo: cacheTo.filter(({ type }) => type === 'inline'),
    onEvent: tools.emit,
    caughtUp: tools.caughtUp,
    redactor,
    signal: tools.signal,
    sessionKey,
    ...omitUndefined({
      baseDigests: decision.baseDigests,
      target: plan.target,
      network: plan.network,
      sources,
      sshAgent: site.config.ssh ? environment.SSH_AUTH_SOCK : undefined,
    }),
  };
}
