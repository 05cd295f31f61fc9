import { checkUnknown } from '../../errors/usage-failures.ts';
import { nearestName } from '../../site/nearest-name.ts';
import type { SiteConfig } from '../../site/site-config.ts';

/** Every check by its stable id, with its title; docs/checks.md describes each. `run-checks.ts` runs them, and `check-site.ts` the last. */
const CHECKS = {
  config: () => 'de-build.json',
  env: ({ env, exampleEnv }: SiteConfig) => `${env} against ${exampleEnv}`,
  apps: ({ apps }: SiteConfig) => apps,
  token: () => 'Tokens and placeholders',
  containerfile: ({ containerfile }: SiteConfig) => containerfile,
  variants: () => 'Variants of files',
  'site-repository': () => "The site's own repository",
  engine: () => 'The Docker Engine',
  disk: () => 'Disk space',
  repositories: () => 'Repositories and refs',
  'site-version': () => 'The site version',
  'image-tag': () => "The image's tag",
  build: () => 'The build',
} as const;

export type CheckId = keyof typeof CHECKS;

export const CHECK_IDS = Object.keys(CHECKS) as readonly CheckId[];

export function titleOfCheck(id: CheckId, config: SiteConfig): string {
  return CHECKS[id](config);
}

/** @throws DeBuildError `check-unknown` */
export function parseCheckIds(ids: readonly string[]): ReadonlySet<CheckId> {
  const known: readonly string[] = CHECK_IDS;
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined) throw checkUnknown(unknown, known, nearestName(unknown, known));
  return new Set(ids as readonly CheckId[]);
}
