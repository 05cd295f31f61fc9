import type { Place } from '../errors/app-failures.ts';
import type { Finding } from '../errors/finding.ts';
import { Secret } from '../secrets/secret.ts';
import { holdsLiteralToken, TOKEN } from '../site/app-url.ts';
import { checkBuildArgs } from '../site/check-build-args.ts';
import type { Site } from '../site/site.ts';
import type { App } from './app.ts';
import { type ChosenBuildArg, chooseBuildArgs } from './build-args.ts';
import { fillBuildArgs } from './fill-build-args.ts';
import { findUnusedTokens, type ValueSource } from './placeholder-values.ts';
import { frappeApp, understandApps } from './understand-apps.ts';

/** Where the site's apps come from, tokens filled in. */
export interface SiteSources {
  readonly apps: readonly App[];
  /** `undefined` when the Containerfile takes no `FRAPPE_PATH`: frappe is then its own affair. */
  readonly frappe: App | undefined;
  readonly buildArgs: readonly ChosenBuildArg[];
  /** Values of the build args that the build gets, placeholders filled. */
  readonly filledBuildArgs: Readonly<Record<string, string | Secret>>;
  /** Everything that must never be shown. */
  readonly secrets: readonly Secret[];
  readonly values: ValueSource;
  /** About tokens and placeholders. */
  readonly findings: readonly Finding[];
  /** About build args against the Containerfile. */
  readonly buildArgFindings: readonly Finding[];
  readonly summary: string;
}

/** Understands the site's apps and build args; reads nothing more from disk. */
export function readSources(site: Site, options: Readonly<Record<string, string>>): SiteSources {
  const { config, env, containerfile } = site;
  const values: ValueSource = { env, tokenAliases: config.tokenAliases };
  const buildArgs = chooseBuildArgs({ config, env, containerfile, options });
  const given = buildArgs.filter(({ source }) => source !== 'containerfile');
  const filled = fillBuildArgs(Object.fromEntries(given.map(({ name, value }) => [name, value])), {
    ...values,
    placeOf: (name) => placeOf(site, given, name),
  });
  const apps = understandApps(site.apps, {
    ...values,
    file: config.apps,
  });
  const frappe =
    containerfile?.args.has('FRAPPE_PATH') === true ? frappeOf(site, buildArgs, filled.args) : undefined;
  const usedKeys = new Set([...apps.usedKeys, ...filled.usedKeys]);
  const tokens = [...usedKeys].filter((key) => env?.entries.get(key)?.sensitive === true);
  return {
    apps: apps.apps,
    frappe: frappe?.app,
    buildArgs,
    filledBuildArgs: filled.args,
    secrets: secretsOf(site, [...apps.apps, ...(frappe?.app === undefined ? [] : [frappe.app])], filled.args),
    values,
    findings: [
      ...apps.findings,
      ...filled.findings,
      ...findLiteralTokens(given),
      ...(frappe?.findings ?? []),
      ...findUnusedTokens(values, usedKeys),
    ],
    buildArgFindings: containerfile === undefined ? [] : checkBuildArgs(containerfile, given),
    summary: tokens.length === 0 ? 'none is used' : `${tokens.join(', ')} in use`,
  };
}

function frappeOf(
  site: Site,
  buildArgs: readonly ChosenBuildArg[],
  filled: Readonly<Record<string, string | Secret>>,
) {
  const defaults = buildArgs
    .filter(({ source }) => source === 'containerfile')
    .map(({ name, value }) => [name, value] as const);
  return frappeApp({ ...Object.fromEntries(defaults), ...filled }, (name) => placeOf(site, buildArgs, name));
}

/** Every sensitive value of `.env`, and what a literal token in a URL turned out to be. */
function secretsOf(
  site: Site,
  apps: readonly App[],
  args: Readonly<Record<string, string | Secret>>,
): Secret[] {
  const entries = [...(site.env?.entries.values() ?? [])];
  return [
    ...entries.filter((entry) => entry.sensitive).map((entry) => new Secret(entry.key, entry.value)),
    ...apps.flatMap(({ credential }) => (credential === undefined ? [] : [credential.password])),
    ...Object.values(args).filter((value) => value instanceof Secret),
  ];
}

/** de-build.json lies in the repository like apps.json; `.env` and the command line do not. */
function findLiteralTokens(given: readonly ChosenBuildArg[]): Finding[] {
  return given
    .filter(({ source, value }) => source === 'config' && holdsLiteralToken(value))
    .map(({ name }) => ({
      ...TOKEN,
      severity: 'error',
      what: `${name} in de-build.json ${TOKEN.what}.`,
      why: TOKEN.why.replace('apps.json', 'de-build.json'),
      file: 'de-build.json',
      subject: name,
    }));
}

function placeOf(site: Site, chosen: readonly ChosenBuildArg[], name: string): Place {
  const source = chosen.find((arg) => arg.name === name)?.source;
  if (source === 'option') return { file: '--build-arg' };
  if (source === 'containerfile') return { file: site.config.containerfile };
  if (source !== 'env') return { file: 'de-build.json' };
  const line = site.env?.entries.get(name)?.line;
  return { file: site.config.env, ...(line === undefined ? {} : { line }) };
}
