import type { Stage } from './containerfile.ts';
import { type Instruction, type Instructions, parseInstructions } from './containerfile-instructions.ts';
import { mountsOf, splitFlag, withoutQuotes } from './containerfile-mounts.ts';
import { walkScopes } from './containerfile-scopes.ts';
import { parentOf, readStage } from './parse-containerfile.ts';
import { ARCHITECTURES, platformArgs } from './platform-args.ts';

/**
 * Indices of the stages that the build of `target`, or of the last stage, goes through: it, what it is based on, and what
 * it copies or mounts from. BuildKit leaves out the others. All of them, where the target is unknown.
 * @param platform for which it is built; by default any
 */
export function neededStages(
  text: string,
  target: string | undefined,
  platform?: string,
): ReadonlySet<number> {
  const instructions = parseInstructions(text);
  // A FROM may name another stage for each platform.
  const differ = platform === undefined && /\$\{?(?:TARGET|BUILD)/.test(text);
  const platforms = differ ? ARCHITECTURES.map((name) => `linux/${name}`) : [platform ?? 'linux/amd64'];
  return new Set(platforms.flatMap((one) => [...neededFor(instructions, target, platformArgs(one))]));
}

function neededFor(
  instructions: Instructions,
  target: string | undefined,
  buildArgs: Readonly<Record<string, string>>,
): ReadonlySet<number> {
  const stages: Stage[] = [];
  const needs: Set<number>[] = [];
  const indexOf = (name: string) => {
    const index = stages.findIndex((stage) => stage.name === name.toLowerCase());
    return index === -1 && /^\d+$/.test(name) && Number(name) < stages.length ? Number(name) : index;
  };
  walkScopes(instructions, buildArgs, {
    from: ({ instruction, fill }) => {
      const stage = readStage(instruction, stages, fill);
      const parent = parentOf(stage, stages);
      stages.push(stage);
      needs.push(new Set(parent === undefined ? [] : [parent]));
      return parent;
    },
    visit: ({ instruction, stage, lookup, fill }) => {
      const { escapeCharacter } = instructions;
      const mounted = mountsOf(instruction, { escapeCharacter, lookup }).map(({ from }) => from);
      for (const name of [...copiedFrom(instruction).map(fill), ...mounted]) {
        const index = name === undefined ? -1 : indexOf(name);
        if (index !== -1) needs[stage]?.add(index);
      }
    },
  });
  const first = target === undefined ? stages.length - 1 : indexOf(target);
  const all = new Set(stages.keys());
  if (first === -1) return all;
  const found = new Set<number>([first]);
  for (const index of found) for (const other of needs[index] ?? []) found.add(other);
  return found;
}

function copiedFrom({ name, flags }: Instruction): string[] {
  if (name !== 'COPY' && name !== 'ADD') return [];
  return flags
    .map(splitFlag)
    .filter((flag) => flag.name === 'from')
    .map(({ value }) => withoutQuotes(value));
}
