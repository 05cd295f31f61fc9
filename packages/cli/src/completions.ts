import type { Argv } from 'yargs';
import { COMMAND_NAMES } from './commands/all.ts';
import type { KnownOptions } from './known-options.ts';

/** What comes first when a completion script asks what may come next. */
export const ASKS_FOR_COMPLETIONS = '--get-yargs-completions';

/**
 * What may stand at the cursor; nothing where a file or any value may.
 * @param words from the name of the command to the word at the cursor, which may be empty
 * @param options of the command among the words, once the parser has seen it
 */
export async function completionsFor(
  words: readonly string[],
  parser: Argv,
  options: () => KnownOptions | undefined,
): Promise<readonly string[]> {
  const completable = ofOneCommand(withoutEquals(words));
  // Not `getCompletion`, which never ends when a command is among the words.
  let lines: readonly string[] = [];
  await parser.parseAsync([ASKS_FOR_COMPLETIONS, ...completable], {}, (_error, _parsed, text) => {
    lines = text.split('\n').filter((line) => line !== '' && !/^--\w\b/.test(line));
  });
  const before = completable.at(-2) ?? '';
  const takesAnyValue = before.startsWith('--') && options()?.open.includes(before.slice(2)) === true;
  return takesAnyValue ? [] : lines;
}

/** The options of `de-build` without a command are those of `build`. */
function ofOneCommand(words: readonly string[]): readonly string[] {
  const isOption = words.slice(-2).some((word) => word.startsWith('-'));
  const hasCommand = words.slice(1, -1).some((word) => COMMAND_NAMES.includes(word));
  return isOption && !hasCommand ? [words[0] ?? '', 'build', ...words.slice(1)] : words;
}

/** bash takes `--progress=plain` for three words. */
function withoutEquals(words: readonly string[]): readonly string[] {
  const joined = words.filter((word) => word !== '=');
  return words.at(-1) === '=' ? [...joined, ''] : joined;
}
