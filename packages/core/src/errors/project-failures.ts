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
