import { ARCHITECTURES } from '../site/platform-args.ts';

const OTHER_NAMES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  i386: '386',
  armhf: 'arm/v7',
  armel: 'arm/v6',
};

/** A platform may be short for one of them. */
const KNOWN = new Set(ARCHITECTURES);

/**
 * A platform as OCI writes it, by the rules of containerd's platforms package: other names of an architecture, variants that
 * are the default, and an architecture alone, which is one of Linux. `undefined` when it is none.
 */
export function normalizePlatform(text: string): string | undefined {
  const lower = text.toLowerCase();
  const isShort = KNOWN.has(lower) || lower in OTHER_NAMES;
  const whole = isShort ? `linux/${lower}` : lower;
  const match = /^([a-z0-9_]+)\/([a-z0-9_-]+)(?:\/(v?\d+|[a-z0-9]+))?$/.exec(whole);
  const [, os = '', architecture = '', variant] = match ?? [];
  if (match === null) return undefined;
  const [name = '', own] = (OTHER_NAMES[architecture] ?? architecture).split('/');
  const chosen = variant === undefined ? own : variant.replace(/^(?=\d)/, 'v');
  const isDefault =
    (name === 'arm64' && chosen === 'v8') || (name === 'amd64' && chosen === 'v1') || chosen === undefined;
  if (name === 'arm' && chosen === undefined) return `${os}/arm/v7`;
  return isDefault ? `${os}/${name}` : `${os}/${name}/${chosen}`;
}

/** Of the architectures that have several. */
const VARIANTS: Readonly<Record<string, RegExp>> = {
  amd64: /^v[1-4]$/,
  arm: /^v[5-8]$/,
  arm64: /^v[89](?:\.\d)?$/,
};

/** Whether images of Linux are made for it. @param platform as `normalizePlatform` writes it */
export function isKnownPlatform(platform: string): boolean {
  const [os, architecture = '', variant] = platform.split('/');
  if (os !== 'linux' || !KNOWN.has(architecture)) return false;
  return variant === undefined || VARIANTS[architecture]?.test(variant) === true;
}

/** Without variants. */
export const KNOWN_PLATFORMS: readonly string[] = [...KNOWN].map((architecture) => `linux/${architecture}`);

/** From the fields of an OCI image's configuration or of a descriptor in an index. */
export function platformOf({
  os = 'linux',
  architecture = '',
  variant,
}: {
  readonly os?: string | undefined;
  readonly architecture?: string | undefined;
  readonly variant?: string | null | undefined;
}): string {
  return `${os}/${architecture}${variant ? `/${variant}` : ''}`;
}

/** Whether two names mean the same platform. */
export function isSamePlatform(one: string, other: string): boolean {
  return one === other || (normalizePlatform(one) ?? one) === (normalizePlatform(other) ?? other);
}
