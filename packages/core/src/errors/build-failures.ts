import { DeBuildError, type Failure } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { capitalSentence } from './sentence.ts';

/** Where a build failed. Instructions are quoted as written, because no text may contain a build arg's value. */
export interface FailedInstruction {
  /** As the builder numbers it: `builder 2/4`. */
  readonly place: string;
  /** File and lines, `images/custom/Containerfile:12-18`; `undefined` when unknown. */
  readonly lines: string | undefined;
  /** The instruction as written in the Containerfile, or what it does. */
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
      `${failed.output === '' ? 'Fix the cause' : "Read the step's last lines below, fix the cause"} in the Containerfile, apps.json or .env, and run it again; the steps before it come from the cache.`,
    output: failed.output,
  });
}

/** The builder could not read the Containerfile. */
export function containerfileInvalid(file: string, line: number | undefined, reason: string): DeBuildError {
  return failure('containerfile-invalid', {
    what: `${file}${line === undefined ? '' : `:${line}`} is not a valid Containerfile.`,
    why: capitalSentence(reason),
    fix: 'Correct that line; see https://docs.docker.com/reference/dockerfile/.',
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
    why: 'A stage is named after AS in its FROM line.',
    fix: 'Correct `target` in de-build.json, or remove it to build the last stage.',
  });
}

/** `reference` as the builder names it; `from` is the `--from` that names it, where no FROM does. */
export function baseImageUnavailable(
  reference: string,
  reason: string,
  from?: { readonly line: number; readonly name: string; readonly nearest: string | undefined },
): DeBuildError {
  if (from !== undefined) {
    const meant = from.nearest === undefined ? '' : ` Did you mean the stage ${from.nearest}?`;
    return failure('base-image-unavailable', {
      what: `The image ${reference}, which line ${from.line} names with \`from=${from.name}\`, is not available.`,
      why: `No stage has that name, so it is an image. ${capitalSentence(reason)}`,
      fix: `Name a stage or an image that exists.${meant}`,
    });
  }
  const denied = /denied|unauthorized|401|403/i.test(reason);
  return failure('base-image-unavailable', {
    what: `The base image ${reference} is not available.`,
    why: capitalSentence(reason),
    fix: denied
      ? 'Check the FROM line. If the image is private, log in to its registry (`docker login`) and run it again.'
      : 'Check the FROM line, and that the engine reaches the registry; a local image must exist on this engine.',
  });
}

/** The image that the builder reads the Containerfile with. */
export function frontendUnavailable(
  { image, line }: { readonly image: string; readonly line: number },
  reason: string,
): DeBuildError {
  return failure('frontend-image-unavailable', {
    what: `The frontend image of the \`# syntax=\` line (line ${line}) is not available: ${image}.`,
    why: capitalSentence(reason),
    fix: `Make its registry, or a mirror of it, reachable for the engine; or remove line ${line}, for the engine's own BuildKit reads the file without it.`,
  });
}

/** The frontend asked a registry for what the build itself offers. */
export function frontendTooOld(
  syntax: { readonly image: string; readonly line: number } | undefined,
): DeBuildError {
  return failure('frontend-too-old', {
    what:
      syntax === undefined
        ? 'The frontend of the builder knows no named contexts.'
        : `The frontend image of the \`# syntax=\` line (line ${syntax.line}) knows no named contexts: ${syntax.image}.`,
    why: 'The sources of the apps come with the build as one, and it looked for an image of that name instead.',
    fix:
      syntax === undefined
        ? 'Use Docker Engine 23 or BuildKit 0.10, or later.'
        : `Name docker/dockerfile:1.4 or later in line ${syntax.line}, or remove it, for the builder's own frontend reads the file without it.`,
  });
}

/** The builder does not have the session that was opened for the build. */
export function sessionNotFound(reason: string): DeBuildError {
  return new DeBuildError({
    code: 'session-not-found',
    what: 'The builder did not find the session of this build.',
    why: `The connection of the session was accepted, but the builder that builds does not have it: ${reason}.`,
    fix: 'If several engines or builders share this address, use the address of one of them; a proxy in front must pass `/session` and `/grpc` to the same one.',
    exitCode: EXIT.engine,
  });
}

/** The builder failed outside a step. */
export function buildRefused(reason: string, advice: Advice | undefined): DeBuildError {
  return failure('build-failed', {
    what: 'The build failed.',
    why: advice === undefined ? capitalSentence(reason) : `${advice.title}. ${capitalSentence(reason)}`,
    fix:
      advice?.advice ??
      "Read the builder's error above; if it is about the engine, see its log (`journalctl -u docker`).",
  });
}

/** `step` is one that a base image demands, and that no Containerfile shows. */
export function sourcesCopied(step: string): DeBuildError {
  return failure('sources-copied', {
    what: `The image was not released: the step ${step} may have copied the sources of private apps.`,
    why: 'The base image demands this step (ONBUILD), and the sources were a folder of the build context, as Docker Engine 20.10 knows no other way.',
    fix: 'Use a base image without ONBUILD, or Docker Engine 23 or later.',
  });
}

/** The image that the build reported does not exist on the engine. */
export function builtImageMissing(id: string): DeBuildError {
  return failure('built-image-missing', {
    what: `The build reported the image ${id}, and it is not where the images are kept.`,
    why: 'A prune or another build removed it, or it was lost there.',
    fix: 'Run it again, without a prune at the same time.',
  });
}

/** The engine ended the build without an error and without an image. */
export function buildWithoutImage(why: string): DeBuildError {
  return new DeBuildError({
    code: 'build-without-image',
    what: 'The build ended without an image.',
    why,
    fix: "Run it again; if it fails again, see the engine's log (`journalctl -u docker`).",
    exitCode: EXIT.build,
  });
}

/** `reason` is the builder's. */
/** `place` is a reference or a folder. */
export function cacheNotWritten(
  reason: string,
  { place, isFolder }: { readonly place: string; readonly isFolder: boolean },
): DeBuildError {
  const check = isFolder ? 'Check the folder' : 'Check the reference and the registry (`docker login`)';
  return failure('cache-not-written', {
    what: `The image was built, but its cache could not be written to ${place}, so nothing was released.`,
    why: capitalSentence(reason),
    fix: `${check}, or leave out \`cacheTo\`; \`ignore-error=true\` in an entry makes this a warning.`,
  });
}

export function buildInterrupted(): DeBuildError {
  return new DeBuildError({
    code: 'build-interrupted',
    what: 'The build was interrupted.',
    why: 'The running step was stopped, and no image was tagged.',
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
