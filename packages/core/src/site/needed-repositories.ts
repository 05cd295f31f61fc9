import type { Containerfile } from './containerfile.ts';
import { parseInstructions } from './containerfile-instructions.ts';
import { type ClonedRepository, findRepositories } from './find-repositories.ts';
import { writesGitConfig } from './mount-sources.ts';
import { neededStages } from './needed-stages.ts';

export interface NeededRepository extends ClonedRepository {
  /** Its step needs the /etc/gitconfig that an instruction of its stage writes, and so can't get another one. */
  readonly ownGitConfig: boolean;
}

/** The repositories that steps of the stages clone which the build of `target` goes through. */
export function neededRepositories(
  { text }: Pick<Containerfile, 'text'>,
  {
    buildArgs,
    target,
  }: { readonly buildArgs: Readonly<Record<string, string>>; readonly target: string | undefined },
): readonly NeededRepository[] {
  const stages = neededStages(text, target);
  const own = linesWithOwnGitConfig(text);
  return findRepositories({ text }, buildArgs)
    .filter(({ stage }) => stages.has(stage))
    .map((found) => ({ ...found, ownGitConfig: own.has(found.line) }));
}

function linesWithOwnGitConfig(text: string): ReadonlySet<number> {
  const lines = new Set<number>();
  let isWritten = false;
  for (const instruction of parseInstructions(text).list) {
    if (instruction.name === 'FROM') isWritten = false;
    isWritten ||= writesGitConfig(instruction);
    if (isWritten) lines.add(instruction.line);
  }
  return lines;
}
