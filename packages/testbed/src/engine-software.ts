import { existsSync } from 'node:fs';
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
/** Programs that the testbed itself needs in addition to an engine, and their packages. */
const TOOLS = { ip: 'iproute2', busybox: 'busybox-static', debootstrap: 'debootstrap' } as const;

/** Downloads an engine into the cache, once; nothing is installed on the machine and no service starts. */
export async function ensureEngineSoftware(version: EngineVersion): Promise<EngineSoftware> {
  const distribution = readDistribution();
  if (distribution === undefined) throw new Error('A private engine needs Debian or Ubuntu');
  const suite = version === 'distribution' ? distribution.codename : SUITES[version];
  const tools = await ensureTools();
  const folder = await ensureCached(`engine-${suite}`, (draft) =>
    unpackPackages({ suite, packages: ENGINE_PACKAGES, optional: OPTIONAL_PACKAGES }, draft),
  );
  return { folder, environment: environmentOf([folder, tools]) };
}

/** The environment in which `ip`, `busybox`, `debootstrap` and `runc` are found, downloading what is missing. */
export async function ensureToolEnvironment(): Promise<Readonly<Record<string, string>>> {
  const tools = await ensureTools();
  return { ...environmentOf([tools]), ...debootstrapHome(tools) };
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

function environmentOf(prefixes: readonly string[]): Record<string, string> {
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const below = (...paths: string[]) => prefixes.flatMap((prefix) => paths.map((path) => join(prefix, path)));
  return {
    PATH: [...below('usr/sbin', 'usr/bin', 'sbin', 'bin'), ...SYSTEM_PATH].join(':'),
    LD_LIBRARY_PATH: below(`usr/lib/${triplet}`, `lib/${triplet}`).filter(existsSync).join(':'),
    LC_ALL: 'C.UTF-8',
  };
}

function debootstrapHome(tools: string): Record<string, string> {
  const scripts = join(tools, 'usr/share/debootstrap');
  return existsSync(scripts) ? { DEBOOTSTRAP_DIR: scripts } : {};
}
