import { isDeBuildError } from '../../errors/de-build-error.ts';
import type { Registries, RegistryAccess } from '../engine.ts';

/** What the registry of an image says of it. */
export type RegistryAnswer =
  | { readonly state: 'found'; readonly digest: string }
  /** It has none, or does not report its digest. */
  | { readonly state: 'none' }
  /** It refused, or could not be reached. */
  | { readonly state: 'unknown'; readonly why: string };

const ANSWERS_WITHIN_SECONDS = 15;

/** Asks without pulling. A machine without a network is no failure. */
export async function askForImage(
  registries: Pick<Registries, 'digestOf'>,
  reference: string,
  access: RegistryAccess,
): Promise<RegistryAnswer> {
  const limit = AbortSignal.timeout(ANSWERS_WITHIN_SECONDS * 1000);
  const signal = access.signal === undefined ? limit : AbortSignal.any([access.signal, limit]);
  try {
    const digest = await registries.digestOf(reference, { ...access, signal });
    return digest === undefined ? { state: 'none' } : { state: 'found', digest };
  } catch (error) {
    access.signal?.throwIfAborted();
    if (isDeBuildError(error)) return { state: 'unknown', why: error.why };
    if (limit.aborted)
      return { state: 'unknown', why: `It did not answer within ${ANSWERS_WITHIN_SECONDS} s.` };
    throw error;
  }
}
