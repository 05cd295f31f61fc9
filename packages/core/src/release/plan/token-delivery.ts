import type { EngineInfo } from '../../engine/engine.ts';
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

/** The first Docker Engine whose BuildKit knows named contexts. */
const NAMED_CONTEXTS_FROM = 23;

export function chooseTokenDelivery(
  wanted: SiteConfig['tokenDelivery'],
  { version }: Pick<EngineInfo, 'version'>,
): TokenDelivery {
  if (wanted === 'inject') return { mode: 'inject' };
  const major = Number(/^v?(\d+)\./.exec(version)?.[1] ?? NAMED_CONTEXTS_FROM);
  return { mode: 'sources', offer: major < NAMED_CONTEXTS_FROM ? 'graft' : 'named-context' };
}
