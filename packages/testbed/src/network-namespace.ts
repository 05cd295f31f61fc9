import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

/** A network of its own for an engine, as on another machine: another loopback, other addresses. */
export interface NetworkNamespace {
  readonly name: string;
  /** Its address, as this machine reaches it. */
  readonly address: string;
}

/** The file in an engine's folder that holds the name of its network namespace. */
export const NAMESPACE_FILE = 'namespace';

/** Makes one that is reached over a pair of virtual cables, with the engine's bridge in it. */
export async function addNetworkNamespace(
  { folder, bridge, network }: { readonly folder: string; readonly bridge: string; readonly network: number },
  environment: Readonly<Record<string, string>>,
): Promise<NetworkNamespace> {
  const ip = (...args: string[]) => runCommand('ip', args, { environment });
  const name = bridge;
  const [here, there] = [`${bridge}h`, `${bridge}e`];
  const address = `10.${network}.1.2`;
  await writeFile(join(folder, NAMESPACE_FILE), name);
  await ip('netns', 'add', name);
  await ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', name);
  await ip('address', 'add', `10.${network}.1.1/30`, 'dev', here);
  await ip('link', 'set', here, 'up');
  await ip('-n', name, 'address', 'add', `${address}/30`, 'dev', there);
  for (const device of ['lo', there]) await ip('-n', name, 'link', 'set', device, 'up');
  // A bridge cannot move.
  await ip('link', 'delete', bridge);
  await ip('-n', name, 'link', 'add', bridge, 'type', 'bridge');
  await ip('-n', name, 'address', 'add', `10.${network}.0.1/24`, 'dev', bridge);
  await ip('-n', name, 'link', 'set', bridge, 'up');
  return { name, address };
}

/** Removes it, with its devices, once nothing runs in it. */
export async function removeNetworkNamespace(
  name: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  await runCommand('ip', ['netns', 'delete', name], { environment });
}
