import stringWidth from 'fast-string-width';

/** ASCII and the marks that we use, one column each. They are cut without Intl.Segmenter, which is slow. */
const NARROW = /^[\x20-\x7e\xb7\xd7\u2013\u2019\u2026\u2192\u2713\u2717\u2022\u2500-\u257f\u2800-\u28ff]*$/;

/** The width of a text in columns, without colours. */
export function textWidth(text: string): number {
  return stringWidth(text);
}

/** Cuts a text without colours to at most this many columns; `…` replaces what was cut. */
export function truncate(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  if (columns < 1) return '';
  if (NARROW.test(text)) return `${text.slice(0, columns - 1)}…`;
  let kept = '';
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width += textWidth(segment);
    if (width > columns - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Cuts a text without colours to at most this many columns in its middle: both ends of a URL or a path tell something. */
export function truncateMiddle(text: string, columns: number): string {
  if (textWidth(text) <= columns || columns < 5 || !NARROW.test(text)) return truncate(text, columns);
  const end = Math.floor((columns - 1) / 2);
  return `${text.slice(0, columns - 1 - end)}…${text.slice(-end)}`;
}

/** A word in pieces of at most this many columns. */
export function breakWord(word: string, columns: number): readonly string[] {
  if (textWidth(word) <= columns) return [word];
  const pieces = [''];
  for (const { segment } of new Intl.Segmenter().segment(word)) {
    const piece = pieces.at(-1) + segment;
    if (textWidth(piece) > columns) pieces.push(segment);
    else pieces[pieces.length - 1] = piece;
  }
  return pieces;
}

/** Pads a text with spaces to this many columns. */
export function pad(text: string, columns: number, side: 'left' | 'right' = 'right'): string {
  const spaces = ' '.repeat(Math.max(0, columns - textWidth(text)));
  return side === 'right' ? text + spaces : spaces + text;
}

/** Wraps a text at spaces into lines of at most this many columns; a longer word gets its own line. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (line !== '' && textWidth(longer) > columns) {
        lines.push(line);
        line = word;
      } else line = longer;
    }
    lines.push(line);
  }
  return lines;
}
