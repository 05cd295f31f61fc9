import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';

export function scaleUnreadable(path: string, cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'scale-unreadable',
    what: `${path} cannot be read.`,
    why: 'It is not what `de-build scale` writes.',
    fix: 'Correct it, or remove it and run `de-build scale` again.',
    exitCode: EXIT.record,
    cause,
  });
}

/** @param nearest what was probably meant */
export function serviceUnknown(
  project: string,
  service: string,
  known: readonly string[],
  nearest: string | undefined,
): DeBuildError {
  return new DeBuildError({
    code: 'service-unknown',
    what: `${project} has no container of a service "${service}".`,
    why: `It has ${known.join(', ')}.`,
    fix: nearest === undefined ? 'Name one of them.' : `Did you mean ${nearest}?`,
    exitCode: EXIT.usage,
  });
}
