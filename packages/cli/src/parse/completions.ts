import type { DescribedCommand } from '../command/command.ts';
import { COMMANDS, DEFAULT_COMMAND } from '../commands/all.ts';
import { optionsOf } from './names.ts';

/** What comes first when a completion script asks what may come next. */
export const ASKS_FOR_COMPLETIONS = '--get-yargs-completions';

/** A word, and what it is about. */
export interface Completion {
  readonly word: string;
  readonly describe?: string;
}

/**
 * What may stand at the cursor; nothing where a file or any value may.
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

/** bash takes `--progress=plain` for three words. */
function withoutEquals(words: readonly string[]): readonly string[] {
  const joined = words.filter((word) => word !== '=');
  return words.at(-1) === '=' ? [...joined, ''] : joined;
}
