import type { EngineInfo } from '../../engine/engine.ts';
import type { SiteConfig } from '../../site/site-config.ts';

/** How the build gets the apps. */
export interface TokenDelivery {
  /**
   * `mirror`: it clones token-free copies from this machine's loopback, at the planned commits.
   * `inject`: it clones from the git hosts, with the token in the URLs.
   */
  readonly mode: 'mirror' | 'inject';
  /** Why, in a sentence, unless it is what `auto` prefers. */
  readonly reason: string | undefined;
}

/**
 * Chooses the mirror wherever the steps of the build can share this machine's loopback: the engine must run on this
 * machine, not in a virtual one, and the steps must have a network.
 */
export function chooseTokenDelivery(
  wanted: SiteConfig['tokenDelivery'],
  engine: EngineInfo,
  network: string,
): TokenDelivery {
  if (wanted === 'inject') return { mode: 'inject', reason: 'tokenDelivery says so.' };
  const obstacle = findObstacle(engine, network);
  if (obstacle === undefined) return { mode: 'mirror', reason: undefined };
  return wanted === 'mirror'
    ? { mode: 'mirror', reason: `${obstacle} It is tried anyway, because tokenDelivery says so.` }
    : { mode: 'inject', reason: obstacle };
}

function findObstacle(engine: EngineInfo, network: string): string | undefined {
  if (network === 'none') return 'The steps of the build have no network.';
  if (/docker desktop/i.test(engine.operatingSystem))
    return 'Docker Desktop builds in a virtual machine, which does not share the loopback of this one.';
  if (engine.dataFolder === undefined)
    return 'The engine is not on this machine, so its builds cannot reach the mirror.';
  return undefined;
}
