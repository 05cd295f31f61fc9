import {
  baseImageUnavailable,
  buildRefused,
  buildStepFailed,
  buildTargetMissing,
  containerfileInvalid,
  frontendTooOld,
  frontendUnavailable,
  sessionNotFound,
} from '../../errors/build-failures.ts';
import type { DeBuildError } from '../../errors/de-build-error.ts';
import { registryRefused, registryUnreachable } from '../../errors/engine-image-failures.ts';
import { parseInstructions, type Syntax } from '../../site/containerfile-instructions.ts';
import { SOURCES_CONTEXT } from '../../site/mount-sources.ts';
import { parseReference } from '../images/image-reference.ts';
import { readableStep } from '../step-name.ts';
import { advise } from './advise.ts';
import type { ContainerfileText } from './containerfile-text.ts';
import { findFromFlag } from './find-from-flag.ts';
import { linesOf, locateStep } from './locate-step.ts';

const SHOWN_LINES = 20;

export interface FailedStep {
  readonly name: string;
  readonly error: string;
  /** The end of its output, some hundred lines. */
  readonly tail: string;
}

export interface FailedBuild {
  /** The builder's error. */
  readonly message: string;
  readonly step: FailedStep | undefined;
  readonly containerfile: ContainerfileText;
  readonly target: string | undefined;
}

/** Turns what BuildKit says about a failed build into an error that a person can act on. */
export function explainFailure(failed: FailedBuild): DeBuildError {
  const { step, containerfile, target } = failed;
  const message = withoutPreamble(failed.message);
  if (
    target !== undefined &&
    /target (?:stage )?.*(?:could|was) not (?:be )?found|failed to reach build target/i.test(message)
  ) {
    return buildTargetMissing(containerfile.name, target);
  }
  const syntax = failedSyntax(step, message, containerfile.text);
  if (syntax !== undefined)
    return frontendUnavailable(syntax, withoutArguments(withoutPreamble(step?.error || message)));
  const [, pushed, refusal = ''] = /failed to push (\S+): (.*)/s.exec(message) ?? [];
  if (pushed !== undefined) return explainPush(pushed, refusal);
  const lost = /no active session for [\w-]+(?:: [\w ]+)?/.exec(message)?.[0];
  if (lost !== undefined) return sessionNotFound(lost);
  const base = unavailableBase(step, message);
  if (base?.includes(SOURCES_CONTEXT)) return frontendTooOld(parseInstructions(containerfile.text).syntax);
  if (base !== undefined) {
    const reason = withoutPreamble(step?.error || message);
    return baseImageUnavailable(base, reason, findFromFlag(containerfile.text, base));
  }
  if (isParseError(message)) {
    const line = /(?:parse error (?:on )?line|line) (\d+)/i.exec(message)?.[1];
    return containerfileInvalid(containerfile.name, line === undefined ? undefined : Number(line), message);
  }
  if (step === undefined || !/^\[[^\]]*\d+\/\d+\]/.test(step.name)) {
    return buildRefused(withoutArguments(message), advise(`${step?.tail ?? ''}\n${message}`));
  }
  return explainStep(step, failed);
}

/** A builder that pushes the image itself. */
function explainPush(reference: string, reason: string): DeBuildError {
  const [host = ''] = reference.split('/');
  const isUnreachable = /dial tcp|no such host|connection re(?:fused|set)|timeout|\bEOF\b/i.test(reason);
  return (isUnreachable ? registryUnreachable : registryRefused)(host, reference, reason);
}

function explainStep(step: FailedStep, { containerfile }: FailedBuild): DeBuildError {
  const located = locateStep(containerfile.text, step.name);
  const lines = located && linesOf(containerfile.name, located);
  const advice = advise(`${step.tail}\n${step.error}`);
  return buildStepFailed({
    at: {
      place: /^\[\s*([^\]]*?)\s*\]/.exec(step.name)?.[1]?.replace(/\s+/g, ' ') ?? '',
      lines,
      instruction: located && readableStep(located.text),
    },
    reason: reasonOf(step.error),
    output: lastLines(step.tail, advice?.line),
    advice,
  });
}

/** The last lines, preceded by the line that shows the cause where that is further up. */
function lastLines(tail: string, line: string | undefined): string {
  const lines = tail.trimEnd().split('\n');
  const last = lines.slice(-SHOWN_LINES);
  const isHidden = line !== undefined && lines.slice(0, -SHOWN_LINES).some((it) => it.includes(line));
  return (isHidden ? [line, '…', ...last] : last).join('\n');
}

/** The sentence around the exit code quotes the whole command. */
function reasonOf(error: string): string {
  const exit = /exit code: (\d+)\s*$/.exec(error)?.[1];
  return exit === undefined ? withoutArguments(withoutPreamble(error)) : `it ended with exit code ${exit}`;
}

/** A command in a message has the values of build args filled in. */
function withoutArguments(message: string): string {
  return message
    .replace(/executor failed running \[.*\](?=: |$)/s, 'the step failed')
    .replace(/failed to calculate checksum of ref \S+: /, '')
    .replace(/process ".*" did not complete/s, 'the step did not complete')
    .trim();
}

function withoutPreamble(message: string): string {
  return message
    .replace(
      /^(failed to solve(?: with frontend [\w.]+)?: |rpc error: code = \w+ desc = |failed to build LLB: |failed to create LLB definition: )+/,
      '',
    )
    .trim();
}

function isParseError(message: string): boolean {
  return /dockerfile parse error|unknown instruction|unknown flag|file with no instructions|no build stage in current context|unexpected end of statement|the Dockerfile .*cannot be empty|requires (?:at least|exactly) \w+ argument/i.test(
    message,
  );
}

const REPORTED =
  /(?:pull access denied for|failed to resolve source metadata for|failed to load cache key:?) (?!failed\b)(\S+?):?(?=[\s,]|$)/;

/** The `# syntax=` line, when it is its image that the builder did not get: before it reads any FROM. */
function failedSyntax(step: FailedStep | undefined, message: string, text: string): Syntax | undefined {
  const { syntax } = parseInstructions(text);
  const name = step?.name ?? '';
  if (syntax === undefined || /^\[[^\]]*\]/.test(name)) return undefined;
  const { repository } = parseReference(syntax.image.replace(/@.*$/, ''));
  const isNamed = `${name} ${message} ${step?.error ?? ''}`.includes(repository);
  const isAsked = /resolve image config for|source metadata|manifests\/|pull access denied|frontend/.test(
    `${name} ${message}`,
  );
  return isNamed && isAsked ? syntax : undefined;
}

function unavailableBase(step: FailedStep | undefined, message: string): string | undefined {
  // A stage that only `--from` names has no number.
  const asked = /^\[internal\] load metadata for (\S+)|^(?:\[[^\]]*\] )?FROM (\S+)/.exec(step?.name ?? '');
  if (asked !== null) return asked[1] ?? asked[2];
  const reported = REPORTED.exec(message);
  return reported?.[1];
}
