import type { Containerfile } from '../site/containerfile.ts';
import type { EnvFile } from '../site/env-file.ts';
import type { SiteConfig } from '../site/site-config.ts';

/** Where the value of a build arg comes from. */
export type BuildArgSource = 'option' | 'env' | 'config' | 'containerfile' | 'de-build';

/** A build arg as chosen, placeholders still in place. */
export interface ChosenBuildArg {
  readonly name: string;
  readonly value: string;
  readonly source: BuildArgSource;
}

/**
 * Which build args the build gets: `--build-arg` first, then `.env`, then `de-build.json`. What none of them
 * names keeps the Containerfile's own default and is listed with the source `containerfile`.
 */
export function chooseBuildArgs(input: {
  readonly config: SiteConfig;
  readonly env: EnvFile | undefined;
  readonly containerfile: Containerfile | undefined;
  readonly options: Readonly<Record<string, string>>;
}): readonly ChosenBuildArg[] {
  const chosen = new Map<string, ChosenBuildArg>();
  for (const [name, declarations] of input.containerfile?.args ?? []) {
    const value = declarations.findLast((declaration) => declaration.default !== undefined)?.default;
    if (value !== undefined) chosen.set(name, { name, value, source: 'containerfile' });
  }
  for (const [name, value] of Object.entries(input.config.buildArgs)) {
    chosen.set(name, { name, value, source: 'config' });
  }
  for (const name of input.config.buildArgsFromEnv) {
    const value = input.env?.entries.get(name)?.value;
    if (value !== undefined && value !== '') chosen.set(name, { name, value, source: 'env' });
  }
  for (const [name, value] of Object.entries(input.options)) {
    chosen.set(name, { name, value, source: 'option' });
  }
  return [...chosen.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
