import { type DeBuildError, isDeBuildError } from '../errors/de-build-error.ts';
import { archiveDamaged, releaseNotRestorable, restoredOtherImage } from '../errors/restore-failures.ts';
import { findReleaseImage } from '../flow/release-image.ts';
import type { Tools } from '../flow/tools.ts';
import type { RebuildOutcome } from '../rebuild/rebuild-report.ts';
import {
  type Fault,
  meansOf,
  type RestoreAttempt,
  type RestoreMeans,
  type Restoring,
} from './restore-means.ts';

/** The image is on the engine; its tag is another matter. */
export interface BroughtBack {
  readonly means: RestoreMeans | undefined;
  readonly imageId: string;
  readonly attempts: readonly RestoreAttempt[];
  /** Set when it was built anew; it has its tag then. */
  readonly rebuilt?: RebuildOutcome;
}

/**
 * Tries one means after the other, until the engine has the recorded image. With `dryRun` it only looks.
 * @throws DeBuildError `release-not-restorable`; the failure itself where there was but one means
 */
export async function bringBack(restoring: Restoring, tools: Tools): Promise<BroughtBack> {
  const { engine, options, reference } = restoring;
  const { manifest } = restoring.release;
  const attempts: RestoreAttempt[] = [];
  const isDry = options.dryRun === true;
  const here = await findReleaseImage(engine, manifest);
  if (here !== undefined) {
    attempts.push({ means: 'retag', from: here.id, state: isDry ? 'at-hand' : 'used' });
    if (!isDry) return { means: 'retag', imageId: here.id, attempts };
  } else {
    const why = 'No image on the engine has it.';
    attempts.push({ means: 'retag', from: manifest.image.id, state: 'not-there', why });
  }
  const failures: DeBuildError[] = [];
  for (const means of await meansOf(restoring, tools)) {
    const { means: name, from } = means;
    const fault = await means.fault();
    if (isDry || fault?.isThere === false) {
      attempts.push({ means: name, from, ...stateOf(fault) });
      continue;
    }
    try {
      if (fault !== undefined) throw archiveDamaged(from, fault.why);
      const rebuilt = await means.bring();
      if (rebuilt !== undefined) {
        attempts.push({ means: name, from, state: 'used' });
        return { means: name, imageId: rebuilt.imageId, attempts, rebuilt };
      }
      const image = await findReleaseImage(engine, manifest);
      if (image === undefined) throw restoredOtherImage(from, manifest.image.id);
      attempts.push({ means: name, from, state: 'used' });
      return { means: name, imageId: image.id, attempts };
    } catch (error) {
      if (tools.signal.aborted || !isDeBuildError(error) || isEngineGone(error)) throw error;
      // It is there under another tag, which says more than that nothing brought it back.
      if (error.code === 'restored-equivalent-only') throw error;
      failures.push(error);
      attempts.push({ means: name, from, state: 'failed', why: error.why });
    }
  }
  if (isDry) return { means: undefined, imageId: manifest.image.id, attempts };
  const [only] = failures;
  if (only !== undefined && attempts.length === 2) throw only;
  throw releaseNotRestorable(
    reference,
    attempts.map(({ from, why = '' }) => ({ means: from, why })),
  );
}

function stateOf(fault: Fault | undefined): Pick<RestoreAttempt, 'state' | 'why'> {
  if (fault === undefined) return { state: 'at-hand' };
  return { state: fault.isThere ? 'failed' : 'not-there', why: fault.why };
}

/** No other means will do better on an engine that has gone. */
function isEngineGone({ code }: DeBuildError): boolean {
  return /^engine-(?:lost|idle|silent|unreachable|not-running)$/.test(code);
}
