import { type Finding, makeVisible } from '@de-build/core';
import { countOf } from '../terminal/quantities.ts';
import type { Inline, Span } from '../terminal/spans.ts';
import { placeOf } from './finding-lines.ts';
import { type Cut, type Item, isEmpty, type Part, type Report, type Table } from './model.ts';

/** Limits for parts that may be cut. */
const LONGEST = 100;

/** A report in Markdown (CommonMark, with GitHub's tables). External text is escaped. */
export function writeMarkdown({ title, parts }: Report): string {
  const head = title === undefined ? [] : [`# ${heading(title)}`];
  return `${[...head, ...blocks(parts, 2)].join('\n\n')}\n`;
}

function blocks(parts: readonly Part[], level: number): readonly string[] {
  return parts.filter((part) => !isEmpty(part)).flatMap((part) => blocksOf(part, level));
}

function blocksOf(part: Part, level: number): readonly string[] {
  switch (part.kind) {
    case 'section': {
      const head = part.title === undefined ? [] : [`${'#'.repeat(level)} ${heading(part.title)}`];
      return [...head, ...blocks(part.parts, head.length === 0 ? level : level + 1)];
    }
    case 'facts':
      return [
        part.rows.map(([name, value]) => `- ${[name, inline(value)].filter(Boolean).join(': ')}`).join('\n'),
      ];
    case 'table':
      return [grid(part), ...rest(part.rows.length, part.cut)];
    case 'list': {
      const items = part.cut === undefined ? part.items : part.items.slice(0, LONGEST);
      return [
        [
          ...items.map((item) => bullet(item, level)),
          ...rest(part.items.length, part.cut).map((line) => `- ${line}`),
        ].join('\n'),
      ];
    }
    case 'note':
      return [`${part.mark === undefined ? '' : `${inline(part.mark)} `}${inline(part.text)}`];
    case 'checks':
      return [
        part.checks
          .flatMap(({ status, title, findings }) => [
            `- ${status}: ${plain(title)}`,
            ...findings.map((one) => `  ${finding(one)}`),
          ])
          .join('\n'),
      ];
    case 'findings':
      return [part.findings.map(finding).join('\n')];
  }
}

function bullet({ mark, text, parts = [] }: Item, level: number): string {
  const below = blocks(parts, level).map((block) => `\n  ${block.replaceAll('\n', '\n  ')}`);
  return `- ${mark === undefined ? '' : `${inline(mark)} `}${inline(text)}${below.join('')}`;
}

function finding(found: Finding): string {
  const place = placeOf(found);
  const where = place === '' ? '' : ` (${inline({ text: place, form: 'code' })})`;
  return `- ${found.severity}: ${plain(found.what)}${where} ${plain(found.why)} ${plain(found.fix)}`;
}

function grid({ columns, rows, cut }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const shown = cut === undefined ? rows : rows.slice(0, LONGEST);
  return [
    line(columns.map(({ heading }) => plain(heading))),
    line(columns.map(({ side }) => (side === 'right' ? '---:' : '---'))),
    ...shown.map((row) => line(columns.map((_, at) => inline(row[at] ?? '')))),
  ].join('\n');
}

function rest(given: number, cut: Cut | undefined): readonly string[] {
  const more = cut === undefined ? 0 : (cut.total ?? given) - Math.min(given, LONGEST);
  return more > 0 ? [`and ${countOf(more, `more ${cut?.noun}`)}`] : [];
}

function heading(text: Inline): string {
  const pieces = typeof text === 'string' || 'text' in text ? [text] : text;
  return pieces.map((piece) => plain(typeof piece === 'string' ? piece : piece.text)).join('');
}

function inline(text: Inline): string {
  const pieces = typeof text === 'string' || 'text' in text ? [text] : text;
  return pieces.map((piece) => (typeof piece === 'string' ? plain(piece) : span(piece))).join('');
}

function span({ text, form, href, tone }: Span): string {
  if (href !== undefined) return `[${plain(text)}](<${href.replace(/[<>\s]/g, encodeURIComponent)}>)`;
  // A backtick would end the code, and a bar the cell.
  if (form === 'code' && text !== '' && !/[`|]/.test(text)) return `\`${oneLine(text)}\``;
  return tone === 'strong' ? `**${plain(text)}**` : plain(text);
}

function plain(text: string): string {
  return oneLine(text)
    .replace(/&/g, '&amp;')
    .replace(/[\\`*_[\]<>|#~]/g, '\\$&')
    .replace(/@/g, '&#64;');
}

function oneLine(text: string): string {
  return makeVisible(text).replace(/\s+/g, ' ');
}
