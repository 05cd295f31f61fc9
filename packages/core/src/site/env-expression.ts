/** Values of decorators in an example env file, by the @env-spec convention: texts, patterns, lists and calls. */

export type EnvExpression =
  | { readonly kind: 'text'; readonly text: string }
  /** `/pattern/flags`. */
  | { readonly kind: 'pattern'; readonly source: string; readonly flags: string }
  /** `[a, b]`. */
  | { readonly kind: 'list'; readonly items: readonly EnvExpression[] }
  /** `name(a, key=b)`. */
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly EnvArgument[] }
  /** `{a=b}`. */
  | { readonly kind: 'record'; readonly args: readonly EnvArgument[] };

export interface EnvArgument {
  /** Of `key=value`. */
  readonly key: string | undefined;
  readonly value: EnvExpression;
}

interface Read<Value> {
  readonly value: Value;
  /** Index after it. */
  readonly end: number;
}

/** The value that begins a text; what follows it begins with a space. `undefined` where it never ends. */
export function readExpression(text: string): Read<EnvExpression> | undefined {
  const read = readValue(text, 0, /[\s]/);
  return read !== undefined && /^(?:\s|$)/.test(text.slice(read.end)) ? read : undefined;
}

/** The arguments that begin a text with `(`, as those of `@docs(…)`. */
export function readCallArguments(text: string): Read<readonly EnvArgument[]> | undefined {
  return readArguments(text, 1, ')');
}

const WORD_END = /[\s,()[\]{}=]/;

function readValue(text: string, start: number, end: RegExp = WORD_END): Read<EnvExpression> | undefined {
  const first = text[start] ?? '';
  if (first === '"' || first === "'" || first === '`') return readQuoted(text, start, first);
  if (first === '/') return readPattern(text, start);
  if (first === '[') {
    const read = readArguments(text, start + 1, ']');
    return read && { value: { kind: 'list', items: read.value.map(({ value }) => value) }, end: read.end };
  }
  if (first === '{') {
    const read = readArguments(text, start + 1, '}');
    return read && { value: { kind: 'record', args: read.value }, end: read.end };
  }
  const [name] = /^[A-Za-z][\w-]*(?=\()/.exec(text.slice(start)) ?? [];
  if (name !== undefined) {
    const read = readArguments(text, start + name.length + 1, ')');
    return read && { value: { kind: 'call', name, args: read.value }, end: read.end };
  }
  let at = start;
  while (at < text.length && !end.test(text[at] ?? '')) at += 1;
  return { value: { kind: 'text', text: text.slice(start, at) }, end: at };
}

function readQuoted(text: string, start: number, quote: string): Read<EnvExpression> | undefined {
  let found = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === quote) return { value: { kind: 'text', text: found }, end: at + 1 };
    const isEscape = character === '\\' && (text[at + 1] === quote || text[at + 1] === '\\');
    if (isEscape) at += 1;
    found += text[at] ?? '';
  }
  return undefined;
}

/** `undefined` also for a path, which begins with a slash, too. */
function readPattern(text: string, start: number): Read<EnvExpression> | undefined {
  const [whole, source = '', flags = ''] =
    /^\/((?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[])+)\/([dgimsuvy]*)(?=[\s,)\]}]|$)/.exec(text.slice(start)) ?? [];
  if (whole !== undefined) return { value: { kind: 'pattern', source, flags }, end: start + whole.length };
  let at = start;
  while (at < text.length && !/[\s,)\]}]/.test(text[at] ?? '')) at += 1;
  return { value: { kind: 'text', text: text.slice(start, at) }, end: at };
}

function readArguments(text: string, start: number, close: string): Read<readonly EnvArgument[]> | undefined {
  const args: EnvArgument[] = [];
  let at = start;
  for (;;) {
    at = afterSpace(text, at);
    if (text[at] === close) return { value: args, end: at + 1 };
    const [whole, key] = /^([A-Za-z][\w-]*)\s*=\s*/.exec(text.slice(at)) ?? [];
    const read = readValue(text, at + (whole?.length ?? 0));
    if (read === undefined || read.end === at) return undefined;
    args.push({ key, value: read.value });
    at = afterSpace(text, read.end);
    if (text[at] === ',') at += 1;
    else if (text[at] !== close) return undefined;
  }
}

function afterSpace(text: string, start: number): number {
  let at = start;
  while (/\s/.test(text[at] ?? '')) at += 1;
  return at;
}
