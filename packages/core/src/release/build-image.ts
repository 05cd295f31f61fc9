import { randomBytes } from 'node:crypto';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { ResolvedApp } from '../apps/app.ts';
import { encodeAppsJson, renderAppsJson } from '../apps/deliver-apps.ts';
import type { BuildRequest, BuiltImage } from '../engine/engine.ts';
import { findRegistryCredentials } from '../engine/registry-credentials.ts';
import type { Secret } from '../secrets/secret.ts';
import type { Site } from '../site/site.ts';
import type { Examination } from './examine-site.ts';
import { labelsOf } from './labels.ts';
import type { Decision } from './plan-release.ts';
import { inStage } from './stage.ts';
import type { Tools } from './tools.ts';
import { buildingTag } from './version-tag.ts';

/**
 * Builds the image under a temporary tag, hands it to `use`, and takes the temporary tag away, whatever
 * came of it. An image that nothing else names by then goes with its tag.
 */
export async function buildImage<Result>(
  decision: Decision,
  tools: Tools,
  use: (built: BuiltImage) => Promise<Result>,
): Promise<Result> {
  const { plan, engine } = decision;
  const temporary = `${plan.image}:${buildingTag(plan.siteVersion, randomBytes(4).toString('hex'))}`;
  try {
    const built = await inStage(tools, { stage: 'build', title: `Building ${plan.reference}` }, () =>
      requestOf(decision, temporary, tools).then((request) => engine.build(request)),
    );
    return await use(built);
  } finally {
    await engine.images.untag(temporary).catch(() => {});
  }
}

async function requestOf(
  { plan, examination }: Decision,
  temporary: string,
  tools: Tools,
): Promise<BuildRequest> {
  const { site, sources } = examination;
  const buildArgs: Record<string, string | Secret> = {};
  for (const [name, { value, source }] of Object.entries(plan.buildArgs)) {
    if (source !== 'containerfile') buildArgs[name] = sources.filledBuildArgs[name] ?? value;
  }
  const document = renderAppsJson(site.apps, resolvedOf(examination), {
    ...sources.values,
    withCommits: plan.cache.input === 'apps-json',
  });
  if (plan.dialect === 'build-arg') buildArgs.APPS_JSON_BASE64 = encodeAppsJson(document);
  const registryAuth = await findRegistryCredentials(
    plan.baseImages.map(({ reference }) => reference),
    tools.environment,
  );
  for (const { password } of Object.values(registryAuth)) tools.redactor.add(password);
  return {
    ...contextOf(site),
    registryAuth,
    tags: [temporary],
    buildArgs,
    secrets: plan.dialect === 'secret' ? { apps_json: document } : {},
    labels: labelsOf(plan),
    noCache: !plan.cache.use,
    pull: plan.pull,
    builder: plan.builder,
    onEvent: tools.emit,
    signal: tools.signal,
    ...(plan.target === undefined ? {} : { target: plan.target }),
    ...(plan.network === undefined ? {} : { network: plan.network }),
  };
}

/** Where the context lies, and what of it the build never sees: what holds secrets, or changes with every release. */
export function contextOf({ folder, config }: Site) {
  const contextFolder = resolve(folder, config.context);
  return {
    contextFolder,
    containerfile: join(folder, config.containerfile),
    neverSend: pathsWithin(contextFolder, folder, [config.env, config.apps, '.de-build', config.manifests]),
  };
}

function resolvedOf({ frappe, apps }: Examination): readonly ResolvedApp[] {
  return frappe === undefined ? apps : [frappe, ...apps];
}

function pathsWithin(contextFolder: string, folder: string, paths: readonly string[]): string[] {
  return paths
    .map((path) => relative(contextFolder, resolve(folder, path)))
    .filter((path) => path !== '' && !path.startsWith('..') && !isAbsolute(path))
    .map((path) => path.split(sep).join('/'));
}
