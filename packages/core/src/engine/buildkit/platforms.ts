import { engineAnswerUnreadable } from '../../errors/engine-failures.ts';
import type { BuildKit } from './buildkit.ts';
import { CONTROL, readPlatforms } from './control.ts';

/**
 * Platforms whose steps BuildKit can run, emulated ones included.
 * @throws DeBuildError `engine-*`
 */
export async function listPlatforms(buildKit: Pick<BuildKit, 'openControl'>): Promise<readonly string[]> {
  const client = await buildKit.openControl();
  try {
    const limit = AbortSignal.timeout(ANSWER_WITHIN_MS);
    return readPlatforms(await client.call(CONTROL.workers, Buffer.alloc(0), limit));
  } catch (error) {
    throw engineAnswerUnreadable(CONTROL.workers, (error as Error).message);
  } finally {
    client.close();
  }
}

const ANSWER_WITHIN_MS = 10_000;
