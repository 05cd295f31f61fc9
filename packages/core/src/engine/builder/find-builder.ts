import { join } from 'node:path';
import { builderOfOtherEngine, builderUnknown } from '../../errors/builder-failures.ts';
import { hasContext } from '../find-endpoint.ts';
import { BUILDER_SCHEMES, parseBuilderAddress } from './builder-address.ts';
import { type BuilderInstance, listInstances, readBuilderTls, readInstance } from './builder-instance.ts';

/** A builder by its name in buildx, or by its address, with files of TLS. */
export type BuilderSetting =
  | string
  | {
      readonly address: string;
      readonly ca?: string | undefined;
      readonly cert?: string | undefined;
      readonly key?: string | undefined;
      readonly serverName?: string | undefined;
    };

export interface FoundBuilder extends BuilderInstance {
  readonly name: string;
}

/**
 * Finds a builder; `undefined` is the BuildKit of the engine itself, which buildx names `default` or after its context.
 * @param folder the base of paths in the setting
 * @throws DeBuildError `builder-unknown`, `builder-of-other-engine`, `builder-file-unreadable`, `builder-tls-unreadable`
 */
export async function findBuilder(
  setting: BuilderSetting,
  {
    environment,
    folder,
  }: { readonly environment: Readonly<Record<string, string | undefined>>; readonly folder: string },
): Promise<FoundBuilder | undefined> {
  const { address: text, ...files } = typeof setting === 'string' ? { address: setting } : setting;
  if (text.includes('://')) {
    const [ca, cert, key] = [files.ca, files.cert, files.key].map((file) => file && join(folder, file));
    const tls = await readBuilderTls({ ca, cert, key, serverName: files.serverName });
    const address = parseBuilderAddress(text, tls);
    if (address === undefined) throw builderUnknown(text, [], BUILDER_SCHEMES);
    return { name: text, driver: 'remote', nodes: [{ name: text, address }] };
  }
  const instance = await readInstance(text, environment);
  if (instance !== undefined) return { name: text, ...instance };
  if (text === 'default' || text === environment.DOCKER_CONTEXT) return undefined;
  if (hasContext(text, environment)) throw builderOfOtherEngine(text);
  throw builderUnknown(text, await listInstances(environment), BUILDER_SCHEMES);
}
