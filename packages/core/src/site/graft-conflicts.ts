import { posix } from 'node:path';
import { type Instruction, parseInstructions } from './containerfile-instructions.ts';
import { splitWords } from './containerfile-words.ts';
import { GRAFT_FOLDER } from './mount-sources.ts';

export interface GraftConflict {
  readonly line: number;
  /** The instruction as written. */
  readonly text: string;
}

/**
 * Instructions that could take the folder of sources out of the build context and into the image. What cannot be read
 * counts as one.
 */
export function findGraftConflicts(containerfile: string): readonly GraftConflict[] {
  const { list, escapeCharacter } = parseInstructions(containerfile);
  return list
    .map((instruction) => (instruction.name === 'ONBUILD' ? triggerOf(instruction) : instruction))
    .filter((instruction) => contextPaths(instruction, escapeCharacter).some(mayHoldSources))
    .map(({ line, text }) => ({ line, text: text.replace(/\s+/g, ' ') }));
}

function triggerOf(instruction: Instruction): Instruction {
  const [trigger] = parseInstructions(instruction.rest).list;
  return { ...instruction, ...trigger, line: instruction.line, text: instruction.text };
}

/** What the instruction reads of the build context. */
function contextPaths({ name, flags, rest }: Instruction, escapeCharacter: string): string[] {
  if (name === 'RUN') return flags.flatMap(mountedPaths);
  if (name !== 'COPY' && name !== 'ADD') return [];
  if (flags.some((flag) => flag.startsWith('--from='))) return [];
  return wordsOf(rest, escapeCharacter)
    .slice(0, -1)
    .filter((word) => !word.startsWith('<<') && !/^(?:https?|git|ssh):\/\/|^git@/.test(word));
}

function wordsOf(rest: string, escapeCharacter: string): readonly string[] {
  if (rest.startsWith('[')) {
    try {
      return (JSON.parse(rest) as unknown[]).map(String);
    } catch {
      // BuildKit takes it for plain words, too.
    }
  }
  return splitWords(rest, escapeCharacter);
}

function mountedPaths(flag: string): string[] {
  const fields = /^--mount=(.*)$/.exec(flag)?.[1]?.split(',') ?? [];
  const isBind = fields.every((field) => !field.startsWith('type=') || field === 'type=bind');
  if (fields.length === 0 || !isBind || fields.some((field) => field.startsWith('from='))) return [];
  const source = fields
    .map((field) => /^(?:source|src)=(.*)$/.exec(field)?.[1])
    .find((path) => path !== undefined);
  return [source ?? '.'];
}

function mayHoldSources(path: string): boolean {
  const bare = path.replaceAll(/["']/g, '');
  const [first = ''] = posix.normalize(`/${bare}`).slice(1).split('/');
  if (first === '' || /[$`[\\]/.test(first)) return true;
  const pattern = first
    .replace(/[.+^{}()|]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${pattern}$`).test(GRAFT_FOLDER);
}
