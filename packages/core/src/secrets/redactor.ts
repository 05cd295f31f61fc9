import { encodedForms } from './encoded-forms.ts';
import { redactDeep } from './redact-deep.ts';
import type { Secret } from './secret.ts';
import { compileMatcher, type StringMatcher } from './string-matcher.ts';
import { findTokenShapes, openTokenShape } from './token-shapes.ts';
import { createVisibleStream, makeVisible } from './visible-text.ts';

/**
 * Takes secrets out of everything that leaves the process: each known value in all its encoded forms, and what
 * looks like a token of unknown value. `[redacted NAME]` stands in its place.
 */
export interface Redactor {
  /** Makes a value known; it may come at any time and holds for all that follows, running streams included. */
  add(secret: Secret | { readonly name: string; readonly value: string }): 'added' | 'too-short';
  redact(text: string): string;
  /** Redacts every string and key within plain objects, arrays, maps, sets and errors; gives a copy. */
  redactValue<Value>(value: Value): Value;
  /** For text that comes in pieces, such as a build log. */
  stream(): RedactedStream;
}

/**
 * Control characters are made visible first (a secret may be cut in two by a change of colour). What may
 * be the beginning of a secret is held back until it is known to be none, and no more than that.
 */
export interface RedactedStream {
  write(chunk: string): string;
  /** What was still held back. The stream may be written to again. */
  end(): string;
}

/**
 * Shorter values are refused: they occur in ordinary text by chance, which would be unreadable without them and
 * would give them away by the gaps.
 */
export const SHORTEST_SECRET = 6;

export function createRedactor(): Redactor {
  const names = new Map<string, string>();
  let compiled: Net | undefined;
  const net = () => {
    compiled ??= compileNet(names);
    return compiled;
  };

  function redact(text: string): string {
    const { findAll } = net();
    const { spans } = findAll(text);
    const redacted = spans.length === 0 ? text : write(text, spans, text.length);
    const visible = makeVisible(redacted);
    if (visible === redacted) return redacted;
    // A secret may be cut in two by what is not seen: then, and only then, the text comes back without that.
    const hidden = findAll(visible).spans;
    return hidden.length === 0 ? redacted : write(visible, hidden, visible.length);
  }

  return {
    add(secret) {
      const value = 'value' in secret ? secret.value : secret.reveal();
      if (value.replace(/[\r\n]/g, '').length < SHORTEST_SECRET) return 'too-short';
      if (!names.has(value)) {
        names.set(value, secret.name);
        compiled = undefined;
      }
      return 'added';
    },
    redact,
    redactValue: (value) => redactDeep(value, redact),
    stream: () => createStream(() => net().findAll),
  };
}

/** A stretch to be taken out. `isTold` when its replacement was written with an earlier piece. */
interface Span {
  start: number;
  end: number;
  name: string;
  isKnown: boolean;
  isTold: boolean;
}

type Find = (text: string) => { readonly spans: Span[]; readonly openFrom: number };

interface Net {
  readonly findAll: Find;
}

function compileNet(names: ReadonlyMap<string, string>): Net {
  const forms = new Map<string, string>();
  for (const [value, name] of names) {
    for (const { text } of encodedForms(value)) {
      // A secret may hold what is not seen itself.
      for (const written of [text, makeVisible(text).replaceAll('\n', '')]) {
        if (written.length >= SHORTEST_SECRET && !forms.has(written)) forms.set(written, name);
      }
    }
  }
  const owners = [...forms.values()];
  const matcher: StringMatcher | undefined = forms.size === 0 ? undefined : compileMatcher([...forms.keys()]);
  return {
    findAll(text) {
      const scan = matcher?.scan(text) ?? { matches: [], openFrom: text.length };
      const spans: Span[] = [];
      for (const { start, end, index } of scan.matches) {
        mergeInto(spans, { start, end, name: owners[index] as string, isKnown: true, isTold: false });
      }
      const shapes = findTokenShapes(text);
      if (shapes.length === 0) return { spans, openFrom: scan.openFrom };
      const all = [...spans, ...shapes.map((shape) => ({ ...shape, isKnown: false, isTold: false }))];
      const merged: Span[] = [];
      for (const span of all.sort((a, b) => a.end - b.end)) mergeInto(merged, span);
      return { spans: merged, openFrom: scan.openFrom };
    },
  };
}

/** Adds a span that ends no earlier than those before; overlapping ones become one, named after the longest known. */
function mergeInto(spans: Span[], span: Span): void {
  let last = spans.at(-1);
  while (last !== undefined && last.end > span.start) {
    const weight = (one: Span) => (one.isKnown ? 1e9 : 0) + one.end - one.start;
    if (weight(last) > weight(span)) {
      span.name = last.name;
      span.isKnown = last.isKnown;
    }
    span.start = Math.min(span.start, last.start);
    span.isTold ||= last.isTold;
    spans.pop();
    last = spans.at(-1);
  }
  spans.push(span);
}

/** The text up to `end` with its spans taken out; the line breaks within them stay. */
function write(text: string, spans: readonly Span[], end: number): string {
  let out = '';
  let from = 0;
  for (const span of spans) {
    if (span.start >= end) break;
    out += text.slice(from, span.start);
    if (!span.isTold) out += `[redacted ${span.name}]`;
    from = Math.min(span.end, end);
    out += text.slice(span.start, from).replace(/[^\r\n]+/g, '');
  }
  return out + text.slice(from, end);
}

function createStream(find: () => Find): RedactedStream {
  const visible = createVisibleStream();
  let held = '';
  /** How much of `held` was redacted already. */
  let told: { readonly length: number; readonly name: string } | undefined;

  function take(text: string, isLast: boolean): string {
    const found = find()(text);
    const spans = found.spans;
    if (told !== undefined) {
      spans.unshift({ start: 0, end: told.length, name: told.name, isKnown: true, isTold: true });
      spans.sort((a, b) => a.end - b.end);
      for (const span of spans.splice(0)) mergeInto(spans, span);
    }
    const cut = isLast ? text.length : Math.min(found.openFrom, openTokenShape(text));
    const out = write(text, spans, cut);
    const across = spans.find((span) => span.end > cut && (span.start < cut || span.isTold));
    told = across === undefined ? undefined : { length: across.end - cut, name: across.name };
    held = text.slice(cut);
    return out;
  }

  return {
    write: (chunk) => take(held + visible.write(chunk), false),
    end: () => take(held + visible.end(), true),
  };
}
