import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { BuildSources } from '../../engine/engine.ts';
import type { Secret } from '../../secrets/secret.ts';
import { APPS_PART, CLONED_PART, sourcesGitConfig } from '../../site/mount-sources.ts';
import { parseContainerfile } from '../../site/parse-containerfile.ts';
import type { Decision } from '../plan/decision.ts';
import { sourceMounts } from '../plan/source-mounts.ts';
import type { FetchedSources } from './fetch-sources.ts';

/**
 * The folder that the steps of the build clone from, and the Containerfile with the folder mounted into these steps.
 * @param appsJson as the build gets it; it becomes part of the cache key, which the content of a secret is not
 * @returns `undefined` when no step clones
 */
export async function mountedSources(
  decision: Decision,
  { fetched, appsJson }: { readonly fetched: FetchedSources | undefined; readonly appsJson: Secret },
): Promise<BuildSources | undefined> {
  const { plan, files } = decision;
  const { tokenDelivery } = plan;
  if (fetched === undefined || tokenDelivery.mode === 'inject') return undefined;
  if (fetched.apps.length + fetched.cloned.length === 0) return undefined;
  const bytes = await readFile(files.containerfile);
  const { containerfile } = parseContainerfile(plan.containerfile.path, bytes);
  const mounted = sourceMounts(decision, { containerfile, cloned: fetched.steps });
  if (mounted === undefined || mounted.inserted.length === 0) return undefined;
  const apps = [...new Set(fetched.apps.map(({ path }) => path.replace(/\.git\/.*$/s, '.git')))];
  const digest = createHash('sha256').update(appsJson.reveal()).digest('hex');
  return {
    containerfile: mounted.containerfile,
    inserted: mounted.inserted,
    offer: tokenDelivery.offer,
    files: [
      ...mounted.gitConfigs.map((each) => ({ path: each.path, content: sourcesGitConfig(each, apps) })),
      { path: `${APPS_PART}/apps.json.sha256`, content: `${digest}\n` },
      ...fetched.apps.map((file) => ({ ...file, path: `${APPS_PART}/${file.path}` })),
      ...fetched.cloned.map((file) => ({ ...file, path: `${CLONED_PART}/${file.path}` })),
    ],
  };
}
