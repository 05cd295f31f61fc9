import { buildStepFailed } from '../../errors/build-failures.ts';
import type { DeBuildError } from '../../errors/de-build-error.ts';
import { advise } from '../build-failure/advise.ts';
import type { ContainerfileText } from '../build-failure/containerfile-text.ts';
import { explainFailure } from '../build-failure/explain-failure.ts';
import { linesOf, locateText } from '../build-failure/locate-step.ts';
import type { StepRecord } from './step-recorder.ts';

export interface PodmanFailure {
  /** The builder's error. */
  readonly message: string;
  /** What ran; `undefined` when the builder refused to begin. */
  readonly record: Pick<StepRecord, 'currentStep' | 'output'> | undefined;
  readonly containerfile: ContainerfileText;
  readonly target: string | undefined;
}

/** Turns what Podman's builder says about a failed build into an error that a person can act on. */
export function explainPodmanFailure(failed: PodmanFailure): DeBuildError {
  const { containerfile, message, record, target } = failed;
  const step = record?.currentStep;
  const [, place, instruction] = /^\[([^\]]*)\] ([\s\S]*)$/.exec(step ?? '') ?? [];
  if (
    step === undefined ||
    place === undefined ||
    instruction === undefined ||
    /^FROM\b/i.test(instruction)
  ) {
    const seen = step === undefined ? undefined : { name: step, error: message, tail: record?.output ?? '' };
    return explainFailure({ message, step: seen, containerfile, target });
  }
  const output = record?.output ?? '';
  const located = locateText(containerfile.text, instruction);
  return buildStepFailed({
    at: {
      place,
      lines: located && linesOf(containerfile.name, located),
      instruction: located?.text ?? instruction,
    },
    reason: reasonOf(message),
    output,
    advice: advise(`${output}\n${message}`),
  });
}

/** The sentence around the exit code quotes the whole command. */
function reasonOf(message: string): string {
  const trimmed = message.trim();
  const exit = /exit status (\d+)$/.exec(trimmed)?.[1];
  if (exit !== undefined) return `It ended with exit code ${exit}.`;
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
