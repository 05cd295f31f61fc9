/** Architectures of Linux that images are made for, as OCI writes them. */
export const ARCHITECTURES: readonly string[] = [
  'amd64',
  'arm64',
  'arm',
  '386',
  'ppc64le',
  'riscv64',
  's390x',
  'mips64le',
  'loong64',
];

/**
 * The args that BuildKit itself sets before the first FROM, and that an ARG without a default takes.
 * @param target the platform that the image is for, as OCI writes it
 * @param builder the platform that builds it
 */
export function platformArgs(target: string, builder = target): Readonly<Record<string, string>> {
  return { ...argsOf('TARGET', target), ...argsOf('BUILD', builder) };
}

function argsOf(prefix: string, platform: string): Record<string, string> {
  const [os = '', architecture = '', variant = ''] = platform.split('/');
  return {
    [`${prefix}PLATFORM`]: platform,
    [`${prefix}OS`]: os,
    [`${prefix}ARCH`]: architecture,
    [`${prefix}VARIANT`]: variant,
  };
}

/** Where the platform is not known yet. */
export const SOME_PLATFORM: Readonly<Record<string, string>> = platformArgs('linux/amd64');
