import type { RegistryCredential } from '../engine/engine.ts';
import { findRegistryCredentials, registryOf } from '../engine/registry-credentials.ts';
import type { Tools } from './tools.ts';

/** What `docker login` knows of a registry, for one image; the redactor knows the password from here on. */
export async function registryAccess(
  reference: string,
  { environment, redactor, signal }: Pick<Tools, 'environment' | 'redactor' | 'signal'>,
): Promise<{ readonly credential: RegistryCredential | undefined; readonly signal: AbortSignal }> {
  const credential = (await findRegistryCredentials([reference], environment))[registryOf(reference)];
  if (credential !== undefined) redactor.add(credential.password);
  return { credential, signal };
}
