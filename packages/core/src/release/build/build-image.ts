import { randomBytes } from 'node:crypto';
import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { encodeAppsJson, renderAppsJson } from '../../apps/deliver-apps.ts';
import type { BuildRequest, BuiltImage } from '../../engine/engine.ts';
import { findRegistryCredentials } from '../../engine/registry-credentials.ts';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import { EXIT } from '../../errors/exit-codes.ts';
import { type RunJournal, startJournal } from '../../flow/journal.ts';
import { ownFolder } from '../../flow/own-folder.ts';
import { inStage } from '../../flow/stage.ts';
import type { Tools } from '../../flow/tools.ts';
import { withinGrace } from '../../flow/within-grace.ts';
import type { Secret } from '../../secrets/secret.ts';
import type { SiteConfig } from '../../site/site-config.ts';
import { buildingTag } from '../../version/version-tag.ts';
import { resolvedAppsOf } from '../check/examine-site.ts';
import { labelsOf } from '../plan/labels.ts';
import type { BuildFiles, Decision } from '../plan/plan-release.ts';
import { type Sources, serveSources } from './serve-sources.ts';

/**
 * Builds the image under a temporary tag, hands it to `use`, and takes the temporary tag away, whatever
 * came of it. An image that nothing else names by then goes with its tag. Should this run die, the next one does it.
 */
export async function buildImage<Result>(
  decision: Decision,
  tools: Tools,
  use: (built: BuiltImage, journal: RunJournal) => Promise<Result>,
): Promise<Result> {
  const { plan, engine, examination } = decision;
  const temporary = `${plan.image}:${buildingTag(plan.siteVersion, randomBytes(4).toString('hex'))}`;
  const journal = await startJournal(examination.site.folder, [temporary]);
  let { signal } = tools;
  try {
    const built = await serveSources(decision, tools, (sources) =>
      inStage(tools, { stage: 'build', title: `Building ${plan.reference}` }, async () =>
        engine.build(await requestOf(decision, { temporary, sources }, tools)),
      ),
    );
    return await use(built, journal);
  } catch (error) {
    // Somebody else has the version, and nothing of ours has it.
    if (isDeBuildError(error) && error.exitCode === EXIT.conflict) journal.settle();
    // An engine that is gone or hangs is not waited for once more.
    if (isDeBuildError(error) && error.exitCode === EXIT.engine) signal = AbortSignal.abort();
    throw error;
  } finally {
    const isGone = await withinGrace(signal, engine.images.untag(temporary), UNTAG_GRACE_MS).then(
      () => true,
      () => false,
    );
    if (isGone) await journal.close();
  }
}

/** With the two seconds that a build is given to cancel, an interrupted release ends within five. */
const UNTAG_GRACE_MS = 3_000;

async function requestOf(
  { plan, examination, files, sourceDateEpoch }: Decision,
  { temporary, sources: { urlOf } }: { readonly temporary: string; readonly sources: Sources },
  tools: Tools,
): Promise<BuildRequest> {
  const { site, sources, frappe } = examination;
  const buildArgs: Record<string, string | Secret> = {};
  for (const [name, { value, source }] of Object.entries(plan.buildArgs)) {
    if (source !== 'containerfile') buildArgs[name] = sources.filledBuildArgs[name] ?? value;
  }
  if (urlOf !== undefined && frappe !== undefined) buildArgs.FRAPPE_PATH = urlOf(frappe);
  const document = renderAppsJson(site.apps, resolvedAppsOf(examination), {
    ...sources.values,
    ...(urlOf === undefined ? {} : { urlOf }),
    withCommits: plan.cache.input === 'apps-json',
  });
  if (plan.dialect === 'build-arg') {
    const encoded = encodeAppsJson(document);
    // BuildKit writes it out in the names of the steps that use it.
    tools.redactor.add(encoded);
    buildArgs.APPS_JSON_BASE64 = encoded;
  }
  const registryAuth = await findRegistryCredentials(
    plan.baseImages.map(({ reference }) => reference),
    tools.environment,
  );
  for (const { password } of Object.values(registryAuth)) tools.redactor.add(password);
  if (sourceDateEpoch !== undefined) buildArgs.SOURCE_DATE_EPOCH ??= sourceDateEpoch;
  await ownFolder(site.folder);
  return {
    ...(await contextOf(files, site.config)),
    registryAuth,
    contextHashesFile: files.hashesFile,
    tags: [temporary],
    buildArgs,
    secrets: plan.dialect === 'secret' ? { apps_json: document } : {},
    labels: labelsOf(plan),
    noCache: !plan.cache.use,
    pull: plan.pull,
    builder: plan.builder,
    onEvent: tools.emit,
    redactor: tools.redactor,
    signal: tools.signal,
    ...(plan.target === undefined ? {} : { target: plan.target }),
    ...(plan.network === undefined ? {} : { network: plan.network }),
  };
}

/** Where the context lies, and what of it the build never sees: what holds secrets, or changes with every release. */
async function contextOf({ folder, containerfile }: BuildFiles, config: SiteConfig) {
  const contextFolder = resolve(folder, config.context);
  const env = resolve(folder, config.env);
  const others = [config.apps, '.de-build', config.manifests].map((path) => resolve(folder, path));
  const paths = [env, ...(await leftBehindBy(env)), ...others];
  // The file itself too where a link leads to it, from wherever the folders themselves really lie.
  const real = await Promise.all([contextFolder, ...paths].map((path) => realpath(path).catch(() => path)));
  const [realContext = contextFolder, ...realPaths] = real;
  const within = [...pathsWithin(contextFolder, paths), ...pathsWithin(realContext, realPaths)];
  return {
    contextFolder,
    containerfile,
    neverSend: [...new Set(within)],
  };
}

/** Copies of the env file by a run that was killed while it wrote it. */
async function leftBehindBy(env: string): Promise<string[]> {
  const folder = dirname(env);
  const start = `.${basename(env)}.`;
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.startsWith(start) && name.endsWith('.tmp'))
    .map((name) => join(folder, name));
}

function pathsWithin(folder: string, paths: readonly string[]): string[] {
  return paths
    .map((path) => relative(folder, path))
    .filter((path) => path !== '' && !/^\.\.(?:[/\\]|$)/.test(path) && !isAbsolute(path))
    .map((path) => path.split(sep).join('/'));
}
