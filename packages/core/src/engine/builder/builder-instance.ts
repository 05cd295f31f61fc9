import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { builderFileUnreadable, builderTlsUnreadable } from '../../errors/builder-failures.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { settingsFolder } from '../find-endpoint.ts';
import { type BuilderAddress, type BuilderTls, parseBuilderAddress } from './builder-address.ts';

/** A `NodeGroup`, as docker/buildx's store/nodegroup.go writes it. */
const Instance = z.looseObject({
  Name: z.string(),
  Driver: z.string().default('docker-container'),
  Nodes: z
    .array(
      z.looseObject({
        Name: z.string(),
        Endpoint: z.string().default(''),
        DriverOpts: z.record(z.string(), z.string()).nullish(),
        Platforms: z
          .array(
            z.looseObject({
              architecture: z.string(),
              os: z.string(),
              variant: z.string().optional(),
            }),
          )
          .nullish(),
      }),
    )
    .min(1),
});

type InstanceNode = z.infer<typeof Instance>['Nodes'][number];
type Environment = Readonly<Record<string, string | undefined>>;

/** One place where a builder builds. */
export interface BuilderNode {
  readonly name: string;
  readonly address: BuilderAddress;
  /** Those that it was created for; those that it reports by default. */
  readonly platforms?: readonly string[];
}

export interface BuilderInstance {
  readonly driver: string;
  readonly nodes: readonly BuilderNode[];
}

/**
 * A builder that `docker buildx create` made; `undefined` when there is none of this name.
 * @throws DeBuildError `builder-file-unreadable`, `builder-tls-unreadable`
 */
export async function readInstance(
  name: string,
  environment: Environment,
): Promise<BuilderInstance | undefined> {
  // buildx writes names in lower case, and none of them is a path.
  const wanted = name.toLowerCase();
  if (!/^[a-z][\w.-]*$/.test(wanted)) return undefined;
  const file = join(instancesFolder(environment), wanted);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw builderFileUnreadable(file, error.message);
  });
  if (text === undefined) return undefined;
  let instance: z.infer<typeof Instance>;
  try {
    instance = Instance.parse(JSON.parse(text));
  } catch {
    throw builderFileUnreadable(file, 'It is not what docker buildx writes.');
  }
  const { Driver: driver } = instance;
  const nodes = await Promise.all(
    instance.Nodes.map(async (node) => {
      const address = await addressOf(driver, node);
      if (address === undefined)
        throw builderFileUnreadable(file, `Its node ${node.Name} has no address of the driver ${driver}.`);
      const platforms = (node.Platforms ?? []).map(({ os, architecture, variant }) =>
        [os, architecture, ...(variant ? [variant] : [])].join('/'),
      );
      return { name: node.Name, address, ...(platforms.length > 0 && { platforms }) };
    }),
  );
  return { driver, nodes };
}

/** Names of all builders that buildx made. */
export async function listInstances(environment: Environment): Promise<readonly string[]> {
  return (await readdir(instancesFolder(environment)).catch(() => [])).sort();
}

function instancesFolder(environment: Environment): string {
  return join(environment.BUILDX_CONFIG || join(settingsFolder(environment), 'buildx'), 'instances');
}

async function addressOf(driver: string, node: InstanceNode): Promise<BuilderAddress | undefined> {
  const { Endpoint: endpoint } = node;
  const options = node.DriverOpts ?? {};
  switch (driver) {
    case 'docker-container':
      return {
        kind: 'container',
        container: `buildx_buildkit_${node.Name}`,
        ...(endpoint !== '' && { engine: endpoint }),
      };
    case 'kubernetes': {
      const kubeconfig = URL.canParse(endpoint)
        ? (new URL(endpoint).searchParams.get('kubeconfig') ?? '')
        : '';
      const { namespace, loadbalance } = options;
      return {
        kind: 'pod',
        kubectl: { ...(kubeconfig !== '' && { kubeconfig }), ...omitUndefined({ namespace }) },
        pod: { app: node.Name.replaceAll('_', '-'), isRandom: loadbalance === 'random' },
      };
    }
    case 'remote':
      return parseBuilderAddress(endpoint, await tlsOf(options));
    default:
      return undefined;
  }
}

async function tlsOf(options: Readonly<Record<string, string>>): Promise<BuilderTls | undefined> {
  const { cacert, cert, key, servername } = options;
  return readBuilderTls({ ca: cacert, cert, key, serverName: servername });
}

/** Reads the files of a builder's TLS; `undefined` when it has none. @throws DeBuildError `builder-tls-unreadable` */
export async function readBuilderTls(files: {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly serverName?: string | undefined;
}): Promise<BuilderTls | undefined> {
  const { ca, cert, key, serverName } = files;
  if (ca === undefined && cert === undefined && key === undefined && serverName === undefined)
    return undefined;
  const [caText, certText, keyText] = await Promise.all([ca, cert, key].map(readPem));
  return omitUndefined({ ca: caText, cert: certText, key: keyText, serverName });
}

async function readPem(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  return readFile(file, 'utf8').catch((error: Error) => {
    throw builderTlsUnreadable(file, error);
  });
}
