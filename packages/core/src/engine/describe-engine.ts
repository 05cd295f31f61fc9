import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { engineWithoutBuildKit } from '../errors/engine-setup-failures.ts';
import { omitUndefined } from '../omit-undefined.ts';
import { askEngine } from './ask-engine.ts';
import { compareVersions } from './compare-versions.ts';
import type { ConnectOptions } from './connect-options.ts';
import type { Endpoint } from './endpoint.ts';
import type { EngineInfo } from './engine.ts';
import type { EngineTransport } from './transport.ts';

/** Of Docker Engine 28.1: inspects one platform of an index. */
const READS_INDEXES_API = '1.49';

const Info = z.looseObject({
  ServerVersion: z.string(),
  OperatingSystem: z.string().default(''),
  OSType: z.string().default('linux'),
  Architecture: z.string().default(''),
  DockerRootDir: z.string().optional(),
  Name: z.string().default(''),
  DriverStatus: z.array(z.array(z.string())).nullish(),
});

/** @throws DeBuildError `engine-without-buildkit` where DOCKER_BUILDKIT switches it off; `engine-*` */
export async function describeEngine(
  transport: EngineTransport,
  endpoint: Endpoint,
  { environment }: Pick<ConnectOptions, 'environment'>,
): Promise<EngineInfo> {
  if (/^(0|f|false)$/i.test(environment.DOCKER_BUILDKIT ?? '')) {
    throw engineWithoutBuildKit(endpoint.url, 'switched-off');
  }
  const info = await askEngine(transport, { method: 'GET', path: '/info' }, Info);
  const dataFolder = isOnThisMachine(endpoint, info) ? info.DockerRootDir : undefined;
  const hasContainerdStore = (info.DriverStatus ?? []).some(
    ([name, value]) => name === 'driver-type' && value?.startsWith('io.containerd.') === true,
  );
  return {
    product: 'docker',
    version: info.ServerVersion,
    apiVersion: transport.apiVersion,
    operatingSystem: info.OperatingSystem,
    platform: `${info.OSType}/${ociArchitecture(info.Architecture)}`,
    hasContainerdStore,
    holdsIndexes: hasContainerdStore && compareVersions(transport.apiVersion, READS_INDEXES_API) >= 0,
    ...omitUndefined({ dataFolder }),
  };
}

/**
 * A socket may be forwarded from a virtual machine (Docker Desktop, Colima, ssh -L): then the engine reports another
 * host name, or a folder that does not exist here.
 */
function isOnThisMachine(endpoint: Endpoint, info: z.infer<typeof Info>): boolean {
  if (endpoint.kind !== 'socket' || info.DockerRootDir === undefined) return false;
  return info.Name === hostname() && existsSync(info.DockerRootDir);
}

/** The processor as OCI names it; the kernel's name is that of `uname -m`. */
function ociArchitecture(machine: string): string {
  return ARCHITECTURES[machine] ?? machine;
}

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  armv7l: 'arm/v7',
  armv6l: 'arm/v6',
  i386: '386',
  i686: '386',
};
