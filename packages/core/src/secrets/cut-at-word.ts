/** Shortens a text that is not redacted yet, between words: half a token would not be redacted. */
export function cutAtWord(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength + 1).replace(/\S*$/, '')}…`;
}
