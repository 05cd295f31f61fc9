import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';

/** The engine ended the build without an error and without an image. */
export function buildWithoutImage(why: string): DeBuildError {
  return new DeBuildError({
    code: 'build-without-image',
    what: 'The build ended without an image.',
    why,
    fix: "Run it again; if it stays so, look at the engine's log (`journalctl -u docker`).",
    exitCode: EXIT.build,
  });
}

export function buildInterrupted(isStepEnded: boolean): DeBuildError {
  return new DeBuildError({
    code: 'build-interrupted',
    what: 'The build was interrupted.',
    why: `It was asked to stop; ${isStepEnded ? 'the running step was ended in the engine' : 'the engine lets the running step come to its end'}, and no image was tagged.`,
    fix: 'Run it again; finished steps come from the build cache.',
    exitCode: EXIT.interrupted,
  });
}
