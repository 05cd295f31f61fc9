import type { EngineInfo } from '../../engine/engine.ts';
import type { SiteConfig } from '../../site/site-config.ts';

/** How the build gets at the apps. */
export interface TokenDelivery {
  /**
   * `mirror`: it clones token-free copies from this machine's loopback, at the planned commits.
   * `inject`: it clones from the git hosts, with the token in the URLs.
   */
  readonly means: 'mirror' | 'inject';
  /** Why, in a sentence, when it is not what `auto` takes where it can. */
  readonly reason: string | undefined;
}

/**
 * Decides for the mirror wherever the steps of the build can share this machine's loopback: the engine must be here,
 * not in a virtual machine, and the network not be cut off.
 */
export function chooseTokenDelivery(
  wanted: SiteConfig['tokenDelivery'],
  engine: EngineInfo,
  network: string,
): TokenDelivery {
  if (wanted === 'inject') return { means: 'inject', reason: 'tokenDelivery says so.' };
  const obstacle = findObstacle(engine, network);
  if (obstacle === undefined) return { means: 'mirror', reason: undefined };
  return wanted === 'mirror'
    ? { means: 'mirror', reason: `${obstacle} It is tried nevertheless, as tokenDelivery says so.` }
    : { means: 'inject', reason: obstacle };
}

function findObstacle(engine: EngineInfo, network: string): string | undefined {
  if (network === 'none') return 'The steps of the build have no network.';
  if (/docker desktop/i.test(engine.operatingSystem))
    return 'Docker Desktop builds in a virtual machine, which does not share the loopback of this one.';
  if (engine.dataFolder === undefined)
    return 'The engine is not on this machine, so its builds cannot reach the mirror.';
  return undefined;
}
