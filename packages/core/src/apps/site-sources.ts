import { appFaulty } from '../errors/app-findings.ts';
import { buildArgSecret } from '../errors/containerfile-findings.ts';
import type { Finding } from '../errors/finding.ts';
import { Secret } from '../secrets/secret.ts';
import { checkBuildArgs } from '../site/check-build-args.ts';
import type { Containerfile } from '../site/containerfile.ts';
import { type NeededRepository, neededRepositories } from '../site/needed-repositories.ts';
import { APPS_ARG } from '../site/parse-containerfile.ts';
import type { Site } from '../site/site.ts';
import { holdsLiteralToken } from '../site/user-part.ts';
import { allApps } from './all-apps.ts';
import type { App } from './app.ts';
import { type ChosenBuildArg, chooseBuildArgs } from './build-args.ts';
import { readBuildSecrets } from './build-secrets.ts';
import { fillBuildArgs } from './fill-build-args.ts';
import { parseApps } from './parse-apps.ts';
import { parseFrappe } from './parse-frappe.ts';
import { findDifferingAliases, findUnusedTokens, type ValueSource } from './placeholder-values.ts';
import { plainValues } from './plain-values.ts';
import { type RepositoryArg, repositoryArgs, type TokenHolder } from './repository-args.ts';

/** Where the site's apps come from, tokens filled in. */
export interface SiteSources {
  readonly apps: readonly App[];
  /** `undefined` when the Containerfile takes no `FRAPPE_PATH`: it then gets frappe by itself. */
  readonly frappe: App | undefined;
  /** What the Containerfile clones by itself. */
  readonly repositories: readonly NeededRepository[];
  readonly repositoryArgs: readonly RepositoryArg[];
  readonly buildArgs: readonly ChosenBuildArg[];
  /** Values of the build args that the build gets, placeholders filled. */
  readonly filledBuildArgs: Readonly<Record<string, string | Secret>>;
  /** What the build's secrets are by id, besides the apps. */
  readonly buildSecrets: Readonly<Record<string, Secret>>;
  /** Everything that must never be shown. */
  readonly secrets: readonly Secret[];
  readonly values: ValueSource;
  /** About tokens and placeholders. */
  readonly findings: readonly Finding[];
  /** About build args against the Containerfile. */
  readonly buildArgFindings: readonly Finding[];
  readonly summary: string;
}

/** Parses the site's apps and build args; reads nothing more from disk. */
export function readSources(site: Site, options: Readonly<Record<string, string>>): SiteSources {
  const { config, env, containerfile } = site;
  const values: ValueSource = { env, tokenAliases: config.tokenAliases };
  const buildArgs = chooseBuildArgs(site, options);
  const given = buildArgs.filter(({ source }) => source !== 'containerfile');
  const filled = fillBuildArgs(given, values);
  const urlArgs = repositoryArgs(filled.args);
  const parsed = parseApps(site.apps, { ...values, file: config.apps });
  const frappe =
    containerfile?.args.has('FRAPPE_PATH') === true ? parseFrappe(buildArgs, filled.args) : undefined;
  const buildSecrets = readBuildSecrets(site);
  const usedKeys = new Set([...parsed.usedKeys, ...filled.usedKeys, ...buildSecrets.usedKeys]);
  const sensitive = [...(env?.entries.values() ?? [])].filter(
    ({ sensitive: isSensitive, value }) => isSensitive && value !== '',
  );
  const tokens = sensitive.filter(({ key }) => usedKeys.has(key)).map(({ key }) => key);
  const credentials = [...parsed.apps, frappe?.app].flatMap((app) => app?.credential ?? []);
  return {
    apps: parsed.apps,
    frappe: frappe?.app,
    repositories:
      containerfile === undefined
        ? []
        : neededRepositories(containerfile, {
            buildArgs: withoutSecrets(filled.args, urlArgs),
            target: config.target,
          }),
    repositoryArgs: urlArgs,
    buildArgs,
    filledBuildArgs: filled.args,
    buildSecrets: buildSecrets.byId,
    secrets: [
      ...sensitive.map(({ key, value }) => new Secret(key, value)),
      ...credentials.map(({ password }) => password),
      ...parsed.refused,
      ...Object.values(filled.args).filter((value) => value instanceof Secret),
      ...buildSecrets.searched,
    ],
    values,
    findings: [
      ...findDifferingAliases(values),
      ...parsed.findings,
      ...filled.findings,
      ...findLiteralTokens(given),
      ...(frappe?.findings ?? []),
      ...findUnusedTokens(values, usedKeys),
    ],
    buildArgFindings:
      containerfile === undefined
        ? []
        : [
            ...checkBuildArgs(containerfile, given),
            ...findSecretArgs(given, {
              filled: filled.args,
              urlArgs,
              containerfile,
              example: config.exampleEnv,
            }),
          ],
    summary: tokens.length === 0 ? 'none is used' : `${tokens.join(', ')} in use`,
  };
}

/** Build args that decide what a step clones: of those with a token, the URLs of repositories, without it. */
export function withoutSecrets(
  args: Readonly<Record<string, string | Secret>>,
  urlArgs: readonly RepositoryArg[],
): Record<string, string> {
  return {
    ...plainValues(args),
    ...Object.fromEntries(urlArgs.filter(({ name }) => name in args).map(({ name, url }) => [name, url])),
  };
}

/** Whose tokens a repository may have that the Containerfile clones. */
export function tokenHolders(sources: SiteSources): readonly TokenHolder[] {
  return [...sources.repositoryArgs, ...allApps(sources)];
}

/** A build arg stays in the history of its stage. The URLs of repositories go without their token. */
function findSecretArgs(
  given: readonly ChosenBuildArg[],
  {
    filled,
    urlArgs,
    containerfile,
    example,
  }: {
    readonly filled: Readonly<Record<string, string | Secret>>;
    readonly urlArgs: readonly RepositoryArg[];
    readonly containerfile: Containerfile;
    readonly example: string;
  },
): Finding[] {
  const known = new Set(['FRAPPE_PATH', APPS_ARG, ...urlArgs.map(({ name }) => name)]);
  return given.flatMap(({ name, place }) => {
    const value = filled[name];
    const isTaken = value instanceof Secret && !known.has(name) && containerfile.args.has(name);
    return isTaken ? [buildArgSecret(name, { secret: value.name, example }, place)] : [];
  });
}

/** de-build.json is in the repository, as apps.json is; `.env` and the command line are not. */
function findLiteralTokens(given: readonly ChosenBuildArg[]): Finding[] {
  return given
    .filter(({ source, value }) => source === 'config' && holdsLiteralToken(value))
    .map(({ name, place }) => appFaulty('token', name, place));
}
