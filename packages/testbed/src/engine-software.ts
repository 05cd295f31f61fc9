import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureCached } from './cache-folder.ts';
import { readDistribution, unpackPackages } from './debian-packages.ts';

/**
 * `20.10` comes from Debian's bookworm, `28.5` from its forky, on any release of Debian; `distribution` is whatever
 * the machine's own release holds.
 */
export type EngineVersion = '20.10' | '28.5' | 'distribution';

export interface EngineSoftware {
  /** Holds `usr/bin` and `usr/sbin` of the engine. */
  readonly folder: string;
  /** The environment of its programs: they find each other, and the libraries that came with them. */
  readonly environment: Readonly<Record<string, string>>;
}

const SUITES = { '20.10': 'bookworm', '28.5': 'forky' } as const;
const ENGINE_PACKAGES = ['docker.io', 'containerd'];
const OPTIONAL_PACKAGES = ['docker-cli', 'docker-buildx', 'docker-compose', 'tini', 'libdevmapper1.02.1'];
const IPTABLES_LIBRARIES = ['libip4tc2', 'libip6tc2', 'libmnl0', 'libnftnl11', 'libxtables12'];
/** Programs that the testbed itself needs in addition to an engine, and their packages. */
const TOOLS = { ip: 'iproute2', busybox: 'busybox-static', debootstrap: 'debootstrap' } as const;

/**
 * Downloads an engine into the cache, once; nothing is installed on the machine and no service starts.
 * @param hasNetworks whether its containers have names in networks; only for an engine in a network namespace of its own
 */
export async function ensureEngineSoftware(
  version: EngineVersion,
  hasNetworks = false,
): Promise<EngineSoftware> {
  const distribution = readDistribution();
  if (distribution === undefined) throw new Error('A private engine needs Debian or Ubuntu');
  const suite = version === 'distribution' ? distribution.codename : SUITES[version];
  const tools = await ensureTools();
  const folder = await ensureCached(`engine-${suite}`, (draft) =>
    unpackPackages({ suite, packages: ENGINE_PACKAGES, optional: OPTIONAL_PACKAGES }, draft),
  );
  const networkTools = hasNetworks ? [await ensureNetworkTools(distribution.codename)] : [];
  return { folder, environment: environmentOf([folder, tools, ...networkTools]) };
}

/** The environment in which `ip`, `busybox`, `debootstrap` and `runc` are found, downloading what is missing. */
export async function ensureToolEnvironment(): Promise<Readonly<Record<string, string>>> {
  const tools = await ensureTools();
  return { ...environmentOf([tools]), ...debootstrapHome(tools) };
}

/** `iptables` sets up the names of other containers in each container's own network, `docker-init` is `init: true`. */
async function ensureNetworkTools(suite: string): Promise<string> {
  return ensureCached(`network-tools-${suite}`, async (draft) => {
    await unpackPackages({ suite, packages: ['iptables', ...IPTABLES_LIBRARIES, 'tini'] }, draft);
    // Links that the installed packages have.
    await symlink('xtables-nft-multi', join(draft, 'usr/sbin/iptables'));
    await symlink('tini-static', join(draft, 'usr/bin/docker-init'));
  });
}

/** runc is always the distribution's own: one built for a newer release may not run here. */
async function ensureTools(): Promise<string> {
  const suite = readDistribution()?.codename ?? '';
  const missing = Object.entries(TOOLS)
    .filter(([command]) => !SYSTEM_PATH.some((folder) => existsSync(join(folder, command))))
    .map(([, name]) => name);
  return ensureCached(`tools-${suite}${missing.map((name) => `+${name}`).join('')}`, (draft) =>
    unpackPackages({ suite, packages: ['runc', 'libseccomp2'], withDependencies: missing }, draft),
  );
}

const SYSTEM_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

const TRIPLET = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';

function environmentOf(prefixes: readonly string[]): Record<string, string> {
  const below = (...paths: string[]) => prefixes.flatMap((prefix) => paths.map((path) => join(prefix, path)));
  const plugins = below(`usr/lib/${TRIPLET}/xtables`).find(existsSync);
  return {
    ...(plugins === undefined ? {} : { XTABLES_LIBDIR: plugins }),
    PATH: [...below('usr/sbin', 'usr/bin', 'sbin', 'bin'), ...SYSTEM_PATH].join(':'),
    LD_LIBRARY_PATH: below(`usr/lib/${TRIPLET}`, `lib/${TRIPLET}`).filter(existsSync).join(':'),
    LC_ALL: 'C.UTF-8',
  };
}

function debootstrapHome(tools: string): Record<string, string> {
  const scripts = join(tools, 'usr/share/debootstrap');
  return existsSync(scripts) ? { DEBOOTSTRAP_DIR: scripts } : {};
}
