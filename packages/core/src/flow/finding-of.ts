import type { DeBuildError } from '../errors/de-build-error.ts';
import type { Finding } from '../errors/finding.ts';

/** An expected failure, reported together with the other findings instead of thrown. */
export function findingOf(
  error: DeBuildError,
  place: Pick<Finding, 'file' | 'line' | 'subject'> = {},
): Finding {
  return { id: error.code, severity: 'error', what: error.what, why: error.why, fix: error.fix, ...place };
}
