import { z } from 'zod';
import { runProgram } from '../process/run-program.ts';
import type { Redactor } from '../secrets/redactor.ts';
import { Secret } from '../secrets/secret.ts';
import { splitImageName } from '../site/image-name.ts';
import { type DockerConfig, readDockerConfig } from './docker-config.ts';
import type { RegistryAccess, RegistryCredential } from './engine.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface CredentialOptions {
  readonly environment: Environment;
  /** Learns every password that is found. */
  readonly redactor: Pick<Redactor, 'add'>;
}

const HelperAnswer = z.looseObject({ Username: z.string(), Secret: z.string() });

const HELPER_MS = 10_000;
/** The name of Docker's own registry in its builder, and in its configuration. */
const DOCKER_HUB = { host: 'docker.io', key: 'https://index.docker.io/v1/' };

/** How the engine may ask the registry of this image. */
export async function registryAccess(
  reference: string,
  { signal, ...options }: CredentialOptions & { readonly signal?: AbortSignal | undefined },
): Promise<RegistryAccess> {
  const credentials = await findRegistryCredentials([reference], options);
  return { credential: credentials[registryOf(reference)], signal };
}

/**
 * What `docker login` stored for the registries of these images, by host: in the credential helper that Docker would
 * ask, else in its configuration file. An unreadable configuration, or a helper that fails, counts as no credential: the
 * image may be public.
 */
export async function findRegistryCredentials(
  references: readonly string[],
  { environment, redactor }: CredentialOptions,
): Promise<Readonly<Record<string, RegistryCredential>>> {
  const config = await readDockerConfig(environment);
  if (config === undefined) return {};
  const hosts = [...new Set(references.map(registryOf))];
  const found: Record<string, RegistryCredential> = {};
  await Promise.all(
    hosts.map(async (host) => {
      const credential = await findCredential(host, config, environment);
      if (credential === undefined) return;
      redactor.add(credential.password);
      found[host] = credential;
    }),
  );
  return found;
}

/** The host of an image's registry. */
export function registryOf(reference: string): string {
  return splitImageName(reference).host;
}

async function findCredential(
  host: string,
  config: DockerConfig,
  environment: Environment,
): Promise<RegistryCredential | undefined> {
  const key = host === DOCKER_HUB.host ? DOCKER_HUB.key : host;
  const helper = config.credHelpers?.[key] ?? config.credsStore;
  if (helper !== undefined) return askHelper(helper, key, environment);
  const auth = config.auths?.[key]?.auth ?? config.auths?.[`https://${key}`]?.auth;
  if (auth === undefined) return undefined;
  const [username = '', ...password] = Buffer.from(auth, 'base64').toString('utf8').split(':');
  return { username, password: new Secret(`the password for ${host}`, password.join(':')) };
}

/** Speaks the protocol of docker-credential-helpers: the server's name goes in, a JSON object comes out. */
async function askHelper(
  helper: string,
  key: string,
  environment: Environment,
): Promise<RegistryCredential | undefined> {
  if (!/^[\w.-]+$/.test(helper)) return undefined;
  const run = { environment, folder: '/', timeoutMs: HELPER_MS, input: key };
  const result = await runProgram(`docker-credential-${helper}`, ['get'], run).catch(() => undefined);
  return result === undefined ? undefined : parseAnswer(result.stdout, key);
}

function parseAnswer(answer: string, key: string): RegistryCredential | undefined {
  try {
    const { Username, Secret: password } = HelperAnswer.parse(JSON.parse(answer));
    return { username: Username, password: new Secret(`the password for ${key}`, password) };
  } catch {
    return undefined;
  }
}
