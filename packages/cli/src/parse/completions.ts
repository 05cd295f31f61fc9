import type { DescribedCommand } from '../command/command.ts';
import { COMMANDS, DEFAULT_COMMAND } from '../commands/all.ts';
import { optionsOf } from './names.ts';

/** The first argument of a completion script's request. */
export const ASKS_FOR_COMPLETIONS = '--get-yargs-completions';

/** A word and its description. */
export interface Completion {
  readonly word: string;
  readonly describe?: string;
}

/**
 * The possible words at the cursor; none where a file or any value is accepted.
 * @param words what follows the name of the program, up to the word at the cursor, which may be empty
 */
export function completionsFor(words: readonly string[]): readonly Completion[] {
  const typed = withoutEquals(words);
  const current = typed.at(-1) ?? '';
  const before = typed.slice(0, -1);
  const named = COMMANDS.find(({ name }) => before.includes(name));
  const options = optionsOf(named ?? DEFAULT_COMMAND);
  const option = options[before.at(-1)?.replace(/^--/, '') ?? ''];
  const all =
    option !== undefined && option.type !== 'boolean' && before.at(-1)?.startsWith('--') === true
      ? (option.choices ?? []).map((word) => ({ word }))
      : current.startsWith('-')
        ? [
            ...Object.entries(options).map(([name, { describe }]) => ({ word: `--${name}`, describe })),
            ...ALWAYS,
          ]
        : named === undefined
          ? COMMANDS.map(({ name, describe }) => ({ word: name, describe }))
          : choicesOf(named);
  return all.filter(({ word }) => word.startsWith(current));
}

const ALWAYS: readonly Completion[] = [
  { word: '--help', describe: 'Show this help' },
  { word: '--version', describe: 'Show the version of de-build' },
];

function choicesOf(command: DescribedCommand): readonly Completion[] {
  return Object.values(command.arguments).flatMap(({ choices = [] }) => choices.map((word) => ({ word })));
}

/** bash splits `--progress=plain` into three words. */
function withoutEquals(words: readonly string[]): readonly string[] {
  const joined = words.filter((word) => word !== '=');
  return words.at(-1) === '=' ? [...joined, ''] : joined;
}
