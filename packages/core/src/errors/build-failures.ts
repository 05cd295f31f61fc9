import { DeBuildError, type Failure } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { capitalSentence } from './sentence.ts';

/** Where a build failed. No text of it may hold a build arg's value, so instructions stand as they are written. */
export interface FailedInstruction {
  /** The builder's place of it: `builder 2/4`. */
  readonly place: string;
  /** File and lines, `images/custom/Containerfile:12-18`; `undefined` when they could not be told. */
  readonly lines: string | undefined;
  /** The instruction as it stands in the Containerfile. */
  readonly instruction: string | undefined;
}

/** What is known about a failure of this kind. */
export interface Advice {
  readonly title: string;
  readonly advice: string;
}

const LONGEST_QUOTE = 160;

/** `reason` is the builder's own sentence; `output` the step's last lines. */
export function buildStepFailed(failed: {
  readonly at: FailedInstruction;
  readonly reason: string;
  readonly output: string;
  readonly advice: Advice | undefined;
}): DeBuildError {
  const { at, advice } = failed;
  const where = at.lines === undefined ? '' : ` (${at.lines})`;
  const quoted = at.instruction === undefined ? '' : `: ${shorten(at.instruction)}`;
  return failure('build-step-failed', {
    what: `Step [${at.place}]${where} failed${quoted}`,
    why:
      advice === undefined
        ? capitalSentence(failed.reason)
        : `${advice.title}. ${capitalSentence(failed.reason)}`,
    fix:
      advice?.advice ??
      `${failed.output === '' ? 'Mend the cause' : "Read the step's last lines below, mend the cause"} in the Containerfile, apps.json or .env, and run it again; the steps before it come from the cache.`,
    output: failed.output,
  });
}

/** The builder could not read the Containerfile. */
export function containerfileInvalid(file: string, line: number | undefined, reason: string): DeBuildError {
  return failure('containerfile-invalid', {
    what: `${file}${line === undefined ? '' : `:${line}`} is not a valid Containerfile.`,
    why: capitalSentence(reason),
    fix: 'Correct that line; https://docs.docker.com/reference/dockerfile/ tells how each instruction is written.',
  });
}

export function containerfileUnreadable(file: string, cause: unknown): DeBuildError {
  return failure('containerfile-unreadable', {
    what: `The Containerfile ${file} cannot be read.`,
    why: capitalSentence((cause as Error).message),
    fix: 'Correct `containerfile` in de-build.json, or the permissions of the file.',
    exitCode: EXIT.checks,
    cause,
  });
}

export function buildTargetMissing(file: string, target: string): DeBuildError {
  return failure('build-target-missing', {
    what: `${file} has no stage named ${target}.`,
    why: 'The stage to build is chosen by its name, the one behind AS in its FROM line.',
    fix: 'Correct `target` in de-build.json, or take it out to build the last stage.',
  });
}

/** `reference` as the builder names it. */
export function baseImageUnavailable(reference: string, reason: string): DeBuildError {
  const denied = /denied|unauthorized|401|403/i.test(reason);
  return failure('base-image-unavailable', {
    what: `The base image ${reference} cannot be had.`,
    why: capitalSentence(reason),
    fix: denied
      ? 'Check the spelling of the FROM line. If the image is private, log in to its registry (`docker login`) and run it again.'
      : 'Check the spelling and the tag of the FROM line, and that the engine reaches the registry; an image that exists only on this machine must be on this very engine.',
  });
}

/** The builder failed, and not in a step. */
export function buildRefused(reason: string, advice: Advice | undefined): DeBuildError {
  return failure('build-failed', {
    what: 'The builder could not carry the build out.',
    why: advice === undefined ? capitalSentence(reason) : `${advice.title}. ${capitalSentence(reason)}`,
    fix:
      advice?.advice ??
      "Read the builder's own sentence above; if it is about the engine, look at its log (`journalctl -u docker`).",
  });
}

/** The id that the build told is not, or no longer, an image of the engine. */
export function builtImageMissing(id: string): DeBuildError {
  return failure('built-image-missing', {
    what: `The build ended with the image ${id}, and the engine does not have it.`,
    why: 'It was removed at once, by a prune or another build, or the engine lost it.',
    fix: 'Run it again, and let no prune run meanwhile.',
  });
}

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

function failure(
  code: string,
  rest: Omit<Failure, 'code' | 'exitCode'> & { exitCode?: Failure['exitCode'] },
): DeBuildError {
  const { output, ...words } = rest;
  return new DeBuildError({
    code,
    exitCode: EXIT.build,
    ...words,
    ...(output === undefined || output === '' ? {} : { output }),
  });
}

function shorten(text: string): string {
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE).trimEnd()} …` : text;
}
