import { type Instruction, parseInstructions } from '../../site/containerfile-instructions.ts';

/** An instruction of a Containerfile. */
export interface LocatedStep {
  readonly firstLine: number;
  readonly lastLine: number;
  /** Without line continuations; no variable is filled in. */
  readonly text: string;
}

/** What BuildKit counts in `[stage n/m]`, as well as a FROM that is an image. */
const COUNTED = new Set(['RUN', 'COPY', 'ADD', 'WORKDIR']);

/**
 * Finds the instruction that a step's name (`[builder 2/4] RUN …`, `[2/4] RUN …`, `[stage-1 2/4] RUN …`) means.
 * @returns undefined for internal steps, and where the file does not fit the name
 */
export function locateStep(containerfile: string, stepName: string): LocatedStep | undefined {
  const [, where, n, m, keyword] =
    /^\[(?:(.*) )?\s*(\d+)\/(\d+)\] (?:ONBUILD )?([A-Z]+)/.exec(stepName) ?? [];
  if (n === undefined || m === undefined) return undefined;
  const stages = splitStages(parseInstructions(containerfile).list);
  // Of several platforms, each step names its own: `[linux/arm64 builder 2/4]`.
  const words = where?.split(' ').filter((word) => word !== '' && !word.includes('/')) ?? [];
  const stage = chooseStage(stages, words.at(-1));
  if (stage === undefined) return undefined;
  const [from, ...others] = stage;
  const counted = others.filter(({ name }) => COUNTED.has(name));
  const before = Number(m) - counted.length;
  const found = Number(n) <= before ? from : counted[Number(n) - before - 1];
  return found !== undefined && found.name === keyword ? located(found) : undefined;
}

/** `Containerfile:3-5`. */
export function linesOf(name: string, { firstLine, lastLine }: LocatedStep): string {
  return `${name}:${firstLine}${lastLine > firstLine ? `-${lastLine}` : ''}`;
}

function splitStages(instructions: readonly Instruction[]): Instruction[][] {
  const stages: Instruction[][] = [];
  for (const instruction of instructions) {
    if (instruction.name === 'FROM') stages.push([instruction]);
    else stages.at(-1)?.push(instruction);
  }
  return stages;
}

function chooseStage(stages: readonly Instruction[][], name: string | undefined): Instruction[] | undefined {
  if (name === undefined) return stages.length === 1 ? stages[0] : undefined;
  const named = stages.find(
    ([from]) => /\sAS\s+(\S+)\s*$/i.exec(from?.rest ?? '')?.[1]?.toLowerCase() === name,
  );
  return named ?? stages[Number(/^stage-(\d+)$/.exec(name)?.[1] ?? Number.NaN)];
}

function located({ line, lastLine, text }: Instruction): LocatedStep {
  return { firstLine: line, lastLine, text: text.replace(/\s+/g, ' ') };
}
