import { encodedForms } from './forms/encoded-forms.ts';
import { redactDeep } from './redact-deep.ts';
import type { Secret } from './secret.ts';
import { compileMatcher, type StringMatcher } from './string-matcher.ts';
import { findTokenShapes, openTokenShape } from './token-shapes.ts';
import { createVisibleStream, makeVisible } from './visible-text.ts';
import { weaknessOf } from './weak-value.ts';

/**
 * Replaces secrets by `[redacted NAME]` in everything that leaves the process: each known value in all its encoded forms,
 * and what looks like a token.
 */
export interface Redactor {
  /** Adds a value to redact from now on, also in streams that are open. */
  add(secret: Secret | { readonly name: string; readonly value: string }): 'added' | 'too-weak';
  redact(text: string): string;
  /** A copy with every string and key redacted within plain objects, arrays, maps, sets and errors. */
  redactValue<Value>(value: Value): Value;
  /** For text that comes in pieces, such as a build log. */
  stream(): RedactedStream;
}

/**
 * Control characters are made visible first, because a change of colour may be in the middle of a secret. Text that may be
 * the beginning of a secret is held back until the next text decides.
 */
export interface RedactedStream {
  write(chunk: string): string;
  /** For a pause: what is held back, when it is so short that it reveals nothing. */
  pause(): string;
  /** What is still held back. The stream may be written to again. */
  end(): string;
}

/** How many characters of what may be a secret are shown in a pause: a few begin one by chance. */
const REVEALS_NOTHING = 3;

/**
 * Shorter forms are left out, and common values are refused: ordinary text holds them by chance. It would be unreadable without
 * them, and the gaps would reveal them.
 */
export const SHORTEST_SECRET = 6;

export function createRedactor(): Redactor {
  const names = new Map<string, string>();
  let compiled: FindSpans | undefined;
  const find: FindSpans = (text) => {
    compiled ??= compileFinder(names);
    return compiled(text);
  };

  function redact(text: string): string {
    const { spans } = find(text);
    const redacted = spans.length === 0 ? text : write(text, spans, text.length);
    const visible = makeVisible(redacted);
    if (visible === redacted) return redacted;
    // Invisible characters may be in the middle of a secret; only then are they removed.
    const hidden = find(visible).spans;
    return hidden.length === 0 ? redacted : write(visible, hidden, visible.length);
  }

  return {
    add(secret) {
      const value = 'value' in secret ? secret.value : secret.reveal();
      if (weaknessOf(value) === 'common') return 'too-weak';
      if (!names.has(value)) {
        names.set(value, secret.name);
        compiled = undefined;
      }
      return 'added';
    },
    redact,
    redactValue: (value) => redactDeep(value, redact),
    stream: () => createStream(find),
  };
}

/** A stretch to replace. */
interface Span {
  start: number;
  end: number;
  name: string;
  isKnown: boolean;
  /** Its replacement was written with an earlier piece. */
  isWritten: boolean;
}

type FindSpans = (text: string) => { readonly spans: Span[]; readonly openFrom: number };

function compileFinder(names: ReadonlyMap<string, string>): FindSpans {
  const forms = new Map<string, string>();
  for (const [value, name] of names) {
    for (const { text } of encodedForms(value)) {
      // A secret may hold invisible characters itself.
      for (const written of [text, makeVisible(text).replaceAll('\n', '')]) {
        if (written.length >= SHORTEST_SECRET && !forms.has(written)) forms.set(written, name);
      }
    }
  }
  const owners = [...forms.values()];
  const matcher: StringMatcher | undefined = forms.size === 0 ? undefined : compileMatcher([...forms.keys()]);
  return (text) => {
    const scan = matcher?.scan(text) ?? { matches: [], openFrom: text.length };
    const spans: Span[] = [];
    for (const { start, end, index } of scan.matches) {
      mergeInto(spans, { start, end, name: owners[index] as string, isKnown: true, isWritten: false });
    }
    const shapes = findTokenShapes(text);
    if (shapes.length === 0) return { spans, openFrom: scan.openFrom };
    const all = [...spans, ...shapes.map((shape) => ({ ...shape, isKnown: false, isWritten: false }))];
    const merged: Span[] = [];
    for (const span of all.sort((a, b) => a.end - b.end)) mergeInto(merged, span);
    return { spans: merged, openFrom: scan.openFrom };
  };
}

/** Adds a span that ends last. Overlapping spans become one, named after the longest known one. */
function mergeInto(spans: Span[], span: Span): void {
  let last = spans.at(-1);
  while (last !== undefined && last.end > span.start) {
    const weight = (one: Span) => (one.isKnown ? 1e9 : 0) + one.end - one.start;
    if (weight(last) > weight(span)) {
      span.name = last.name;
      span.isKnown = last.isKnown;
    }
    span.start = Math.min(span.start, last.start);
    span.isWritten ||= last.isWritten;
    spans.pop();
    last = spans.at(-1);
  }
  spans.push(span);
}

/** The text from `start` up to `end` with its spans replaced, except the line breaks in them. */
function write(text: string, spans: readonly Span[], end: number, start = 0): string {
  let out = '';
  let from = start;
  for (const span of spans) {
    if (span.start >= end) break;
    if (span.end <= from) continue;
    const begin = Math.max(span.start, from);
    out += text.slice(from, begin);
    if (!span.isWritten) out += `[redacted ${span.name}]`;
    from = Math.min(span.end, end);
    out += text.slice(begin, from).replace(/[^\r\n]+/g, '');
  }
  return out + text.slice(from, end);
}

function createStream(find: FindSpans): RedactedStream {
  const visible = createVisibleStream();
  let held = '';
  /** How much of `held` a pause has shown. */
  let shown = 0;
  /** How much of `held` belongs to a span whose replacement was written. */
  let begun: { readonly length: number; readonly name: string } | undefined;

  function take(text: string, isLast: boolean): string {
    const { spans, openFrom } = find(text);
    if (begun !== undefined) {
      spans.unshift({ start: 0, end: begun.length, name: begun.name, isKnown: true, isWritten: true });
      spans.sort((a, b) => a.end - b.end);
      for (const span of spans.splice(0)) mergeInto(spans, span);
    }
    const cut = isLast ? text.length : Math.min(openFrom, openTokenShape(text));
    const out = write(text, spans, cut, Math.min(shown, cut));
    const across = spans.find((span) => span.end > cut && (span.start < cut || span.isWritten));
    begun = across === undefined ? undefined : { length: across.end - cut, name: across.name };
    held = text.slice(cut);
    shown = Math.max(0, shown - cut);
    return out;
  }

  return {
    write: (chunk) => take(held + visible.write(chunk), false),
    pause() {
      if (begun !== undefined || held.replaceAll('\n', '').length > REVEALS_NOTHING) return '';
      const out = held.slice(shown);
      shown = held.length;
      return out;
    },
    end: () => take(held + visible.end(), true),
  };
}
