import { platformMalformed, platformsMany } from '../../errors/usage-failures.ts';

/** Where a wanted platform comes from, first wins. */
export interface PlatformChoice {
  /** `--platform`. */
  readonly option: string | undefined;
  /** `platform` of de-build.json. */
  readonly config: string | undefined;
  /** DOCKER_DEFAULT_PLATFORM. */
  readonly variable: string | undefined;
}

/**
 * The platform that the image is built for, as OCI writes it; `undefined` is the engine's own.
 * @throws DeBuildError `platform-malformed`, `platforms-many`
 */
export function choosePlatform({ option, config, variable }: PlatformChoice): string | undefined {
  const wanted = [
    ['--platform', option],
    ['`platform` of de-build.json', config],
    ['DOCKER_DEFAULT_PLATFORM', variable],
  ] as const;
  const [source, value] = wanted.find(([, text]) => text !== undefined && text !== '') ?? [];
  if (source === undefined || value === undefined || OWN.has(value.toLowerCase())) return undefined;
  if (value.includes(',')) throw platformsMany(value, source);
  const platform = normalizePlatform(value);
  if (platform === undefined) throw platformMalformed(value, source);
  return platform;
}

/** Other words for the builder's own. */
const OWN = new Set(['local', 'linux']);

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  i386: '386',
  armhf: 'arm/v7',
  armel: 'arm/v6',
};

/** Those of Linux that a platform may be short for. */
const KNOWN = new Set(['amd64', 'arm64', 'arm', '386', 'ppc64le', 'riscv64', 's390x', 'mips64le', 'loong64']);

/**
 * By the rules of containerd's platforms package: other names of an architecture, variants that are the default, and an
 * architecture alone, which is one of Linux.
 */
export function normalizePlatform(text: string): string | undefined {
  const lower = text.toLowerCase();
  const isShort = KNOWN.has(lower) || lower in ARCHITECTURES;
  const whole = isShort ? `linux/${lower}` : lower;
  const match = /^([a-z0-9_]+)\/([a-z0-9_-]+)(?:\/(v?\d+|[a-z0-9]+))?$/.exec(whole);
  const [, os = '', architecture = '', variant] = match ?? [];
  if (match === null) return undefined;
  const [name = '', own] = (ARCHITECTURES[architecture] ?? architecture).split('/');
  const chosen = variant === undefined ? own : variant.replace(/^(?=\d)/, 'v');
  const isDefault =
    (name === 'arm64' && chosen === 'v8') || (name === 'amd64' && chosen === 'v1') || chosen === undefined;
  if (name === 'arm' && chosen === undefined) return `${os}/arm/v7`;
  return isDefault ? `${os}/${name}` : `${os}/${name}/${chosen}`;
}
