import type { CheckResult, Finding } from '@de-build/core';
import type { Inline, Span } from '../terminal/spans.ts';

export type { Inline, Span };

/** What a command shows, as data. A writer turns it into text for a terminal, Markdown or another format. */
export interface Report {
  readonly title?: Inline;
  readonly parts: readonly Part[];
}

export type Part = Facts | Table | List | Note | Checks | Findings | Section;

/** Names with their values. */
export interface Facts {
  readonly kind: 'facts';
  readonly rows: readonly (readonly [name: string, value: Inline])[];
}

export interface Table {
  readonly kind: 'table';
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Inline[])[];
  readonly cut?: Cut;
}

export interface Column {
  /** A word or two, as in a sentence; may be empty. */
  readonly heading: string;
  readonly side?: 'left' | 'right';
  /** The last column may take several lines; the others are shortened if there is no room. */
  readonly wraps?: true;
  /** Omitted if there is no room. */
  readonly isExtra?: true;
}

export interface List {
  readonly kind: 'list';
  readonly items: readonly Item[];
  readonly cut?: Cut;
}

export interface Item {
  /** Replaces the bullet. */
  readonly mark?: Span;
  readonly text: Inline;
  /** Below it. */
  readonly parts?: readonly Part[];
}

/** A writer may omit the end of a long list, and then shows how many items are omitted. */
export interface Cut {
  readonly noun: string;
  /** The total, if not all items are included. */
  readonly total?: number;
}

/** A sentence or two. */
export interface Note {
  readonly kind: 'note';
  readonly mark?: Span;
  readonly text: Inline;
}

export interface Checks {
  readonly kind: 'checks';
  readonly checks: readonly CheckResult[];
}

export interface Findings {
  readonly kind: 'findings';
  readonly findings: readonly Finding[];
}

export interface Section {
  readonly kind: 'section';
  /** Without a title, the section only groups its parts. */
  readonly title?: Inline;
  readonly parts: readonly Part[];
}

export const strong = (text: string): Span => ({ text, tone: 'strong' });
export const quiet = (text: string): Span => ({ text, tone: 'quiet' });
export const code = (text: string): Span => ({ text, form: 'code' });
export const digest = (text: string): Span => ({ text, form: 'digest' });

/** The short form of a commit. */
export const commit = (id: string): Span => code(id.slice(0, 12));

export const MARKS = {
  good: { text: '✓', tone: 'good' },
  bad: { text: '✗', tone: 'bad' },
  warning: { text: '!', tone: 'warning' },
  unknown: { text: '?', tone: 'warning' },
  info: { text: '·', tone: 'accent' },
  fix: { text: '→', tone: 'accent' },
  added: { text: '+', tone: 'good' },
  removed: { text: '-', tone: 'bad' },
  changed: { text: '~', tone: 'warning' },
  skipped: { text: '-', tone: 'quiet' },
} as const satisfies Record<string, Span>;

/** A section, unless it is empty. */
export function section(title: Inline, parts: readonly Part[]): readonly Section[] {
  const filled = parts.filter((part) => !isEmpty(part));
  return filled.length === 0 ? [] : [{ kind: 'section', title, parts: filled }];
}

export function table(
  headings: readonly (string | Column)[],
  rows: readonly (readonly Inline[])[],
  cut?: Cut,
): Table {
  const columns = headings.map((heading) => (typeof heading === 'string' ? { heading } : heading));
  return { kind: 'table', columns, rows, ...(cut === undefined ? {} : { cut }) };
}

export const facts = (rows: Facts['rows']): Facts => ({ kind: 'facts', rows });

export const note = (text: Inline, mark?: Span): Note => ({
  kind: 'note',
  text,
  ...(mark === undefined ? {} : { mark }),
});

export const right = (heading: string): Column => ({ heading, side: 'right' });

export function isEmpty(part: Part): boolean {
  if (part.kind === 'facts' || part.kind === 'table') return part.rows.length === 0;
  if (part.kind === 'list') return part.items.length === 0;
  if (part.kind === 'checks') return part.checks.length === 0;
  if (part.kind === 'findings') return part.findings.length === 0;
  return part.kind === 'section' && part.title === undefined && part.parts.every(isEmpty);
}
