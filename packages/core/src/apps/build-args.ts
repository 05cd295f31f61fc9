import type { Place } from '../errors/finding.ts';
import { omitUndefined } from '../omit-undefined.ts';
import type { Site } from '../site/site.ts';

/** Where the value of a build arg comes from. */
export type BuildArgSource = 'option' | 'env' | 'config' | 'containerfile' | 'de-build';

/** A build arg as chosen, placeholders still in place. */
export interface ChosenBuildArg {
  readonly name: string;
  readonly value: string;
  readonly source: BuildArgSource;
  readonly place: Place;
}

/**
 * Which build args the build gets: `--build-arg` first, then `.env`, then `de-build.json`. An ARG that none of them
 * names keeps the Containerfile's own default and is listed with the source `containerfile`.
 */
export function chooseBuildArgs(
  { config, env, containerfile }: Pick<Site, 'config' | 'env' | 'containerfile'>,
  options: Readonly<Record<string, string>>,
): readonly ChosenBuildArg[] {
  const chosen = new Map<string, ChosenBuildArg>();
  for (const [name, declarations] of containerfile?.args ?? []) {
    const value = declarations.findLast((declaration) => declaration.default !== undefined)?.default;
    const place = { file: config.containerfile };
    if (value !== undefined) chosen.set(name, { name, value, source: 'containerfile', place });
  }
  for (const [name, value] of Object.entries(config.buildArgs))
    chosen.set(name, { name, value, source: 'config', place: { file: 'de-build.json' } });
  for (const name of config.buildArgsFromEnv) {
    const { value = '', line } = env?.entries.get(name) ?? {};
    const place = { file: env?.path ?? config.env, ...omitUndefined({ line }) };
    if (value !== '') chosen.set(name, { name, value, source: 'env', place });
  }
  for (const [name, value] of Object.entries(options))
    chosen.set(name, { name, value, source: 'option', place: { file: '--build-arg' } });
  return [...chosen.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
