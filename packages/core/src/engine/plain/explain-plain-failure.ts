import { buildStepFailed } from '../../errors/build-failures.ts';
import type { DeBuildError } from '../../errors/de-build-error.ts';
import { advise } from '../buildkit/advise.ts';
import { type ContainerfileText, explainFailure } from '../buildkit/explain-failure.ts';
import { type LocatedStep, readInstructions } from '../buildkit/locate-step.ts';
import type { StepRecord } from './step-recorder.ts';

export interface PlainFailure {
  /** The builder's last word. */
  readonly message: string;
  /** What ran; `undefined` when the builder refused to begin. */
  readonly record: Pick<StepRecord, 'currentStep' | 'output'> | undefined;
  readonly containerfile: ContainerfileText;
  readonly target: string | undefined;
}

/** Turns what a plain builder says about a failed build into the failure that a person can mend. */
export function explainPlainFailure(failed: PlainFailure): DeBuildError {
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
  const located = locate(containerfile.text, instruction);
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

/** Plain builders announce an instruction as it stands in the file, with its line breaks joined in their own way. */
function locate(text: string, announced: string): LocatedStep | undefined {
  const wanted = withoutSpace(announced);
  return readInstructions(text).find((instruction) => withoutSpace(instruction.text) === wanted);
}

function linesOf(name: string, { firstLine, lastLine }: LocatedStep): string {
  return `${name}:${firstLine}${lastLine > firstLine ? `-${lastLine}` : ''}`;
}

/** The exit code says it better than the sentence around it, which quotes the whole command. */
function reasonOf(message: string): string {
  const trimmed = message.trim();
  const exit = /(?:non-zero code: |exit status )(\d+)$/.exec(trimmed)?.[1];
  if (exit !== undefined) return `It ended with exit code ${exit}.`;
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

function withoutSpace(text: string): string {
  return text.replace(/\s+/g, '');
}
