/**
 * Variables in a value of `.env`, as Docker Compose expands them (compose-go, `template/template.go`):
 * `$$`, `$NAME`, `${NAME}`, and `${NAME` with `:-` `-` `:+` `+` `:?` `?` `}`. Where that differs from a shell,
 * Compose's rules apply, because the site runs with that value.
 */

/** `isOptional`: the template says what to take when it is not set, as `${NAME:-word}` does. */
export type Lookup = (name: string, isOptional?: boolean) => string | undefined;

/**
 * Why a value is refused: a `${` that Compose cannot read, a `${NAME:?}` that is not set, more than a process can get, or more
 * variables within variables than are read here.
 */
export type TemplateProblem = 'invalid' | 'required' | 'too-long' | 'too-deep';

export interface Expansion {
  readonly value: string;
  readonly problem: TemplateProblem | undefined;
}

const VARIABLE = /\$(?:(\$)|([_a-z][_a-z0-9]*)|\{(?:([_a-z][_a-z0-9]*(?::?[-+?][^\n]*)?)\}|))/giu;
const OPERATORS = [':?', '?', ':-', '-', ':+', '+'] as const;
type Operator = (typeof OPERATORS)[number];

/** Compose has no limit; a hostile value must not exhaust the stack. */
const DEEPEST_NESTING = 500;

/** Linux gives no process a longer environment variable. */
const LONGEST_VALUE = 128 * 1024;

/** Expands a value; `lookup` gives `undefined` for what is not set. Only the first problem is reported. */
export function expandTemplate(template: string, lookup: Lookup, depth = 0): Expansion {
  if (depth > DEEPEST_NESTING) return { value: '', problem: 'too-deep' };
  const variable = new RegExp(VARIABLE);
  const parts: string[] = [];
  let length = 0;
  let from = 0;
  const add = (part: string) => {
    parts.push(part);
    length += part.length;
    return length > LONGEST_VALUE;
  };
  for (let found = variable.exec(template); found !== null; found = variable.exec(template)) {
    const { value, end, problem } = expandMatch(found[0], lookup, depth);
    if (problem !== undefined) return { value: '', problem };
    if (add(template.slice(from, found.index)) || add(value)) return TOO_LONG;
    from = found.index + end;
    variable.lastIndex = from;
  }
  return add(template.slice(from)) ? TOO_LONG : { value: parts.join(''), problem: undefined };
}

const TOO_LONG: Expansion = { value: '', problem: 'too-long' };

/**
 * A match reaches to the last `}` of its line, so that a default may hold braces. `end` is where the brace that really
 * closes it is; what follows is expanded by itself.
 */
function expandMatch(match: string, lookup: Lookup, depth: number): Expansion & { readonly end: number } {
  const closing = closingBrace(match);
  const own = closing === -1 ? match : match.slice(0, closing + 1);
  const parts = new RegExp(VARIABLE.source, 'iu').exec(own);
  const end = match.length;
  if (parts?.[1] !== undefined) return { value: '$', problem: undefined, end };
  if (parts?.[2] !== undefined) return { value: lookup(parts[2]) ?? '', problem: undefined, end };
  const braced = parts?.[3];
  if (braced === undefined) return { value: '', problem: 'invalid', end };
  const expandWord = (word: string, look = lookup) => expandTemplate(word, look, depth + 1);
  const expansion = expandBraced(braced, firstOperator(own), { lookup, expandWord });
  return expansion === undefined
    ? { value: lookup(braced) ?? '', problem: undefined, end }
    : { ...expansion, end: own.length };
}

interface Expanding {
  readonly lookup: Lookup;
  readonly expandWord: (word: string, lookup?: Lookup) => Expansion;
}

function expandBraced(
  braced: string,
  operator: Operator | undefined,
  { lookup, expandWord }: Expanding,
): Expansion | undefined {
  const at = operator === undefined ? -1 : braced.indexOf(operator);
  if (operator === undefined || at === -1) return undefined;
  const value = lookup(braced.slice(0, at), true);
  const word = braced.slice(at + operator.length);
  const isUsable = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
  const isUsed = isUsable ? operator.endsWith('+') : operator.endsWith('-');
  // Compose expands it also where it has no use for it.
  const expanded = expandWord(word, isUsed ? lookup : (unused) => lookup(unused, true));
  if (isUsed || expanded.problem !== undefined) return expanded;
  return operator.endsWith('?') && !isUsable
    ? { value: '', problem: 'required' }
    : { value: value ?? '', problem: undefined };
}

/** The first operator anywhere in the match, as Compose chooses it. */
function firstOperator(match: string): Operator | undefined {
  let first: Operator | undefined;
  let position = Number.POSITIVE_INFINITY;
  for (const operator of OPERATORS) {
    const at = match.indexOf(operator);
    if (at !== -1 && at < position) {
      position = at;
      first = operator;
    }
  }
  return first;
}

function closingBrace(match: string): number {
  let open = 0;
  for (let index = 0; index < match.length; index += 1) {
    if (match[index] === '}') {
      open -= 1;
      if (open === 0) return index;
    } else if (match[index] === '{') {
      open += 1;
      index += 1;
    }
  }
  return -1;
}
