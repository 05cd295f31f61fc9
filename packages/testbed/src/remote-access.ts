import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type HostCertificates, makeHostCertificates } from './host-certificates.ts';
import type { NetworkNamespace } from './network-namespace.ts';

/** How an engine in a network of its own is reached. */
export interface RemoteAccess {
  /** `tcp://ADDRESS:2376` */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  /** The authority that it trusts; its own certificate is `good`, also for 127.0.0.1. */
  readonly certificates: HostCertificates;
}

const TLS_PORT = 2376;

/** Makes the certificates of an engine in a network namespace, in its folder. */
export async function openRemoteAccess(folder: string, { address }: NetworkNamespace): Promise<RemoteAccess> {
  const tls = join(folder, 'tls');
  await mkdir(tls);
  const certificates = await makeHostCertificates(tls, [address, '127.0.0.1']);
  return { host: `tcp://${address}:${TLS_PORT}`, address, port: TLS_PORT, certificates };
}

/** What makes the daemon listen there. */
export function remoteArguments(folder: string, { host, certificates }: RemoteAccess): readonly string[] {
  const own = ['--tlsverify', `--tlscacert=${certificates.authorityFile}`];
  return [`--host=${host}`, ...own, `--tlscert=${folder}/tls/good.pem`, `--tlskey=${folder}/tls/good.key`];
}
