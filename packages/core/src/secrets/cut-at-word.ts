/** The first so many characters of a text that is not redacted yet, and no piece of a word: half a token is not known for one. */
export function cutAtWord(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most + 1).replace(/\S*$/, '')}…`;
}
