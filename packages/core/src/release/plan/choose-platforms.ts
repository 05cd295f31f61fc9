import { isKnownPlatform, KNOWN_PLATFORMS, normalizePlatform } from '../../engine/platform-name.ts';
import { platformMalformed } from '../../errors/usage-failures.ts';
import { nearestName } from '../../site/nearest-name.ts';

/** Where wanted platforms come from, first wins. */
export interface PlatformChoice {
  /** `--platform`. */
  readonly option: string | undefined;
  /** `platform` of de-build.json. */
  readonly config: string | undefined;
  /** DOCKER_DEFAULT_PLATFORM. */
  readonly variable: string | undefined;
}

/**
 * The platforms that the image is built for, as OCI writes them; none is the engine's own.
 * @throws DeBuildError `platform-malformed`
 */
export function choosePlatforms({ option, config, variable }: PlatformChoice): readonly string[] {
  const wanted = [
    ['--platform', option],
    ['`platform` of de-build.json', config],
    ['DOCKER_DEFAULT_PLATFORM', variable],
  ] as const;
  const [source, value] = wanted.find(([, text]) => text !== undefined && text !== '') ?? [];
  if (source === undefined || value === undefined || OWN.has(value.toLowerCase())) return [];
  const platforms = value.split(',').map((text) => {
    const platform = normalizePlatform(text.trim());
    if (platform === undefined || !isKnownPlatform(platform))
      throw platformMalformed(text, source, nearestName(platform ?? text, KNOWN_PLATFORMS));
    return platform;
  });
  return [...new Set(platforms)];
}

/** Other words for the builder's own. */
const OWN = new Set(['local', 'linux']);
