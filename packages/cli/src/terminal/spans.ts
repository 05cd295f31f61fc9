import { makeVisible } from '@de-build/core';
import type { Style, Tone } from './style.ts';
import { breakWord, textWidth, truncate, truncateMiddle } from './text-width.ts';

/** A piece of text and its style. */
export interface Span {
  readonly text: string;
  readonly tone?: Tone;
  /** `digest`: may be shortened to its first twelve digits. */
  readonly form?: 'code' | 'digest';
  /** The address that it links to. */
  readonly href?: string;
}

export type Inline = string | Span | readonly (string | Span)[];

/** The pieces of a text, in one line, without control characters. */
export function spansOf(inline: Inline): readonly Span[] {
  const pieces = typeof inline === 'string' || 'text' in inline ? [inline] : inline;
  return pieces.map((piece) => {
    const span = typeof piece === 'string' ? { text: piece } : piece;
    return { ...span, text: makeVisible(span.text).replace(/[\n\t]+/g, ' ') };
  });
}

/** `sha256:0123456789ab` of every digest. */
export function shortDigests(spans: readonly Span[]): readonly Span[] {
  return spans.map((span) => (span.form === 'digest' ? { ...span, text: shortDigest(span.text) } : span));
}

export function shortDigest(digest: string): string {
  return digest.replace(/^(sha256:)?([0-9a-f]{12})[0-9a-f]+$/, '$1$2');
}

export function paint(spans: readonly Span[], style: Style): string {
  return spans.map(({ text, tone }) => (tone === undefined ? text : style[tone](text))).join('');
}

export function widthOf(spans: readonly Span[]): number {
  return spans.reduce((width, { text }) => width + textWidth(text), 0);
}

export function longestWord(spans: readonly Span[]): number {
  return Math.max(0, ...spans.flatMap(({ text }) => text.split(' ')).map(textWidth));
}

/** Cuts to at most this many columns; `…` replaces what was cut: of one word from its middle, else from the end. */
export function cutSpans(spans: readonly Span[], columns: number): readonly Span[] {
  if (widthOf(spans) <= columns) return spans;
  const [only, ...others] = spans;
  if (only !== undefined && others.length === 0 && !only.text.includes(' '))
    return [{ ...only, text: truncateMiddle(only.text, columns) }];
  const kept: Span[] = [];
  let room = columns;
  for (const span of spans) {
    const width = textWidth(span.text);
    kept.push(width < room ? span : { ...span, text: truncate(`${span.text}…`, room) });
    room -= width;
    if (room <= 0) break;
  }
  return kept;
}

/** Wraps at spaces into lines of at most this many columns; a longer word gets its own line, or lines. */
export function wrapSpans(
  spans: readonly Span[],
  columns: number,
  breaksWords = false,
): readonly (readonly Span[])[] {
  let line: Span[] = [];
  const lines = [line];
  for (const span of spans) {
    const words = span.text.split(' ');
    const pieces = breaksWords ? words.flatMap((word) => breakWord(word, columns)) : words;
    for (const [index, word] of pieces.entries()) {
      const text = index === 0 || line.length === 0 ? word : ` ${word}`;
      if (index > 0 && line.length > 0 && widthOf(line) + textWidth(text) > columns) {
        line = word === '' ? [] : [{ ...span, text: word }];
        lines.push(line);
      } else if (text !== '') line.push({ ...span, text });
    }
  }
  return lines;
}

export interface LineLayout {
  readonly columns: number;
  readonly style: Style;
  /** Shown at the right edge and never cut; omitted if almost nothing else would fit. */
  readonly right?: Inline;
}

const SMALLEST_LEFT = 6;

/** One line that fits: the end of the left side is cut. */
export function layLine(left: Inline, { columns, right = '', style }: LineLayout): string {
  const edge = spansOf(right);
  const edgeWidth = widthOf(edge);
  if (edgeWidth === 0 || edgeWidth + SMALLEST_LEFT > columns) {
    return paint(cutSpans(spansOf(left), columns), style);
  }
  const shown = cutSpans(spansOf(left), columns - edgeWidth - 2);
  const gap = ' '.repeat(columns - widthOf(shown) - edgeWidth);
  return paint([...shown, { text: gap }, ...edge], style);
}
