/** An instruction of a Containerfile, as it is written there. */
export interface LocatedStep {
  readonly firstLine: number;
  readonly lastLine: number;
  /** Without line continuations; no variable is filled in. */
  readonly text: string;
}

export interface Instruction extends LocatedStep {
  readonly keyword: string;
  readonly rest: string;
}

/** What BuildKit counts in `[stage n/m]`, besides a FROM that is an image. */
const COUNTED = new Set(['RUN', 'COPY', 'ADD', 'WORKDIR']);

/**
 * Finds the instruction that a step's name (`[builder 2/4] RUN …`, `[2/4] RUN …`, `[stage-1 2/4] RUN …`) stands for.
 * @returns undefined for internal steps, and where the file does not fit the name
 */
export function locateStep(containerfile: string, stepName: string): LocatedStep | undefined {
  const [, where, n, m, keyword] =
    /^\[(?:(.*) )?\s*(\d+)\/(\d+)\] (?:ONBUILD )?([A-Z]+)/.exec(stepName) ?? [];
  if (n === undefined || m === undefined) return undefined;
  const stages = splitStages(readInstructions(containerfile));
  const stage = chooseStage(stages, where?.trim().split(' ').at(-1) || undefined);
  if (stage === undefined) return undefined;
  const [from, ...others] = stage;
  const counted = others.filter((instruction) => COUNTED.has(instruction.keyword));
  const before = Number(m) - counted.length;
  const found = Number(n) <= before ? from : counted[Number(n) - before - 1];
  if (found === undefined || found.keyword !== keyword) return undefined;
  const { firstLine, lastLine, text } = found;
  return { firstLine, lastLine, text };
}

/** `Containerfile:3-5`. */
export function linesOf(name: string, { firstLine, lastLine }: LocatedStep): string {
  return `${name}:${firstLine}${lastLine > firstLine ? `-${lastLine}` : ''}`;
}

function splitStages(instructions: readonly Instruction[]): Instruction[][] {
  const stages: Instruction[][] = [];
  for (const instruction of instructions) {
    if (instruction.keyword === 'FROM') stages.push([instruction]);
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

/** Every instruction of a Containerfile, in order. */
export function readInstructions(text: string): readonly Instruction[] {
  const lines = text.replace(/^\u{feff}/u, '').split(/\r?\n/);
  const continuation = /^#\s*escape\s*=\s*`/im.test(text) ? '`' : '\\';
  const instructions: Instruction[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (isEmptyOrComment(lines[at] as string)) continue;
    const firstLine = at + 1;
    let written = '';
    for (; at < lines.length; at++) {
      const line = lines[at] as string;
      if (written !== '' && isEmptyOrComment(line)) continue;
      const isContinued = line.trimEnd().endsWith(continuation);
      written += `${written === '' ? '' : ' '}${isContinued ? line.trimEnd().slice(0, -1).trim() : line.trim()}`;
      if (!isContinued) break;
    }
    const [, keyword, rest] = /^(\S+)\s*(.*)$/s.exec(written) ?? [];
    for (const end of heredocsOf(keyword, rest ?? '')) {
      while (++at < lines.length && (lines[at] as string).replace(/^\t+/, '') !== end);
    }
    instructions.push({
      ...{ firstLine, lastLine: Math.min(at + 1, lines.length), text: written },
      ...{ keyword: keyword?.toUpperCase() ?? '', rest: rest ?? '' },
    });
  }
  return instructions;
}

function heredocsOf(keyword: string | undefined, rest: string): readonly string[] {
  if (!['RUN', 'COPY', 'ADD'].includes(keyword?.toUpperCase() ?? '')) return [];
  return [...rest.matchAll(/(?<!<)<<-?(["']?)([A-Za-z_][\w.-]*)\1/g)].map((match) => match[2] as string);
}

function isEmptyOrComment(line: string): boolean {
  return /^\s*(#|$)/.test(line);
}
