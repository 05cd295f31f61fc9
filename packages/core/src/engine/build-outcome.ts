import { buildWithoutImage } from '../errors/build-failures.ts';
import type { DeBuildError } from '../errors/de-build-error.ts';
import { engineLost } from '../errors/engine-failures.ts';
import type { EngineTransport } from './transport.ts';

/** How the engine says that a build ended. */
export type BuildOutcome = { readonly imageId: string } | { readonly error: string };

/** The error of an answer that ends with neither: a dying engine may close it as if all were well. */
export async function endedWithoutImage(
  transport: Pick<EngineTransport, 'endpoint' | 'ping'>,
): Promise<DeBuildError> {
  try {
    await transport.ping();
  } catch (error) {
    return engineLost(transport.endpoint, 'the build', error);
  }
  return buildWithoutImage('The engine closed its answer without naming an image and without an error.');
}
