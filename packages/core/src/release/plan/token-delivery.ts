import type { Engine, EngineInfo } from '../../engine/engine.ts';
import type { Containerfile } from '../../site/containerfile.ts';
import type { SiteConfig } from '../../site/site-config.ts';

/** How the build gets the apps. */
export type TokenDelivery =
  | {
      /** The planned commits come with the build, as a folder that its steps clone from. */
      readonly mode: 'sources';
      /** How the folder is offered: see `BuildSources`. */
      readonly offer: 'named-context' | 'graft';
    }
  /** The build clones from the git hosts, with the token in the URLs. */
  | { readonly mode: 'inject' };

export function chooseTokenDelivery(
  wanted: SiteConfig['tokenDelivery'],
  { version, builder }: Pick<EngineInfo, 'version'> & Pick<Engine, 'builder'>,
  containerfile: Pick<Containerfile, 'syntax'> | undefined,
): TokenDelivery {
  if (wanted === 'inject') return { mode: 'inject' };
  const isOld =
    (builder === undefined && isOldEngine(version)) || isOldFrontend(containerfile?.syntax?.image ?? '');
  return { mode: 'sources', offer: isOld ? 'graft' : 'named-context' };
}

/** BuildKit knows named contexts from Docker Engine 23 on. */
function isOldEngine(version: string): boolean {
  return Number(/^v?(\d+)\./.exec(version)?.[1] ?? Number.POSITIVE_INFINITY) < 23;
}

/** The frontend of a `# syntax=` line knows them from 1.4 on. */
function isOldFrontend(image: string): boolean {
  const [, major, minor] = /\bdockerfile:(\d+)\.(\d+)/.exec(image) ?? [];
  return major === '1' && Number(minor) < 4;
}
