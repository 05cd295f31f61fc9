import { type DeBuildError, isDeBuildError } from '../errors/de-build-error.ts';
import { archiveDamaged, releaseNotRestorable, restoredOtherImage } from '../errors/restore-failures.ts';
import { findReleaseImage } from '../flow/release-image.ts';
import type { Tools } from '../flow/tools.ts';
import { omitUndefined } from '../omit-undefined.ts';
import type { RebuildOutcome } from '../rebuild/rebuild-report.ts';
import { listMethods } from './list-methods.ts';
import type { RestoreAttempt, RestoreMethod, RestoreMethodKind, Restoring } from './restore-method.ts';

/** The image is on the engine. */
export interface RestoredImage {
  /** With `dryRun`: the first that is available. */
  readonly method: RestoreMethodKind | undefined;
  readonly imageId: string;
  readonly attempts: readonly RestoreAttempt[];
  /** Set when it was rebuilt; it has its tag then. */
  readonly rebuilt?: RebuildOutcome;
}

/**
 * Tries one method after the other, until the engine has the recorded image. With `dryRun` it only checks them.
 * @throws DeBuildError `release-not-restorable`; the failure itself where there was only one method
 */
export async function restoreImage(restoring: Restoring, tools: Tools): Promise<RestoredImage> {
  const { engine, release, dryRun } = restoring;
  const here = await findReleaseImage(engine, release.manifest);
  const retag: RestoreAttempt =
    here === undefined
      ? {
          method: 'retag',
          from: release.manifest.image.id,
          state: 'missing',
          why: 'The engine has no such image.',
        }
      : { method: 'retag', from: here.id, state: dryRun ? 'available' : 'used' };
  if (here !== undefined && !dryRun) return { method: 'retag', imageId: here.id, attempts: [retag] };
  const methods = await listMethods(restoring, tools);
  return dryRun ? checkMethods(methods, retag, restoring) : tryMethods(methods, { retag, restoring }, tools);
}

async function checkMethods(
  methods: readonly RestoreMethod[],
  retag: RestoreAttempt,
  { release }: Restoring,
): Promise<RestoredImage> {
  const attempts = [retag];
  for (const method of methods) {
    const { state, ...why } = await method.check();
    attempts.push({ ...attemptOf(method), state: state === 'damaged' ? 'failed' : state, ...why });
  }
  const first = attempts.find(({ state }) => state === 'available');
  return { method: first?.method, imageId: release.manifest.image.id, attempts };
}

async function tryMethods(
  methods: readonly RestoreMethod[],
  { retag, restoring }: { readonly retag: RestoreAttempt; readonly restoring: Restoring },
  tools: Tools,
): Promise<RestoredImage> {
  const attempts = [retag];
  const failures: DeBuildError[] = [];
  for (const method of methods) {
    const found = await method.check();
    if (found.state === 'missing') {
      attempts.push({ ...attemptOf(method), state: 'missing', why: found.why });
      continue;
    }
    try {
      if (found.state === 'damaged') throw archiveDamaged(method.from, found.why);
      const { imageId, rebuilt } = await tryMethod(method, restoring);
      attempts.push({ ...attemptOf(method), state: 'used' });
      return { method: method.kind, imageId, attempts, ...omitUndefined({ rebuilt }) };
    } catch (error) {
      if (tools.signal.aborted || !isDeBuildError(error) || endsTrying(error)) throw error;
      failures.push(error);
      attempts.push({ ...attemptOf(method), state: 'failed', why: error.why });
    }
  }
  const [only] = failures;
  if (only !== undefined && methods.length === 1) throw only;
  throw releaseNotRestorable(
    restoring.reference,
    attempts.map(({ from, why = '' }) => ({ from, why })),
  );
}

function attemptOf({ kind, from }: RestoreMethod): Pick<RestoreAttempt, 'method' | 'from'> {
  return { method: kind, from };
}

async function tryMethod(
  method: RestoreMethod,
  { engine, release }: Restoring,
): Promise<{ readonly imageId: string; readonly rebuilt: RebuildOutcome | undefined }> {
  const rebuilt = await method.restore();
  if (rebuilt !== undefined) return { imageId: rebuilt.imageId, rebuilt };
  const image = await findReleaseImage(engine, release.manifest);
  if (image === undefined) throw restoredOtherImage(method.from, release.manifest.image.id);
  return { imageId: image.id, rebuilt };
}

/** The image exists under another tag, or the engine is unreachable: no other method helps. */
function endsTrying({ code }: DeBuildError): boolean {
  return /^(?:restored-equivalent-only|engine-(?:lost|idle|silent|unreachable|not-running))$/.test(code);
}
