/** Words of an instruction, by the rules of a Containerfile: shell quotes, an escape character, `$NAME`. */
import { type ArgLookup, lex, type WordFault } from './containerfile-lexer.ts';

/** Splits at spaces outside quotes; quotes and escapes stay. */
export function splitWords(text: string, escapeCharacter: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (character === escapeCharacter && quote !== "'" && index + 1 < text.length) {
      word = `${word ?? ''}${character}${text[index + 1]}`;
      index += 1;
    } else if (quote === '' && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
      if (quote === '' && (character === '"' || character === "'")) quote = character;
      else if (character === quote) quote = '';
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

/**
 * One word without its quotes and escapes, and with its variables filled. A variable without a value is empty, as it is for
 * the builder; where the builder would refuse the word, the text is empty and `fault` says why.
 */
export function fillWord(
  word: string,
  escapeCharacter: string,
  lookup: ArgLookup,
): { readonly text: string; readonly fault: WordFault | undefined } {
  return lex(word, { escapeCharacter, lookup });
}
