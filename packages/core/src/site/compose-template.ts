/**
 * Variables in a value of `.env`, as Docker Compose expands them (compose-go, `template/template.go`):
 * `$$`, `$NAME`, `${NAME}`, and `${NAME` with `:-` `-` `:+` `+` `:?` `?` `}`. Where that differs from a shell,
 * Compose's rules apply, because the site runs with that value.
 */

export type Lookup = (name: string) => string | undefined;

/** Why Compose refuses a value: a `${` that it cannot read, or a `${NAME:?}` that is not set. */
export type TemplateProblem = 'invalid' | 'required';

export interface Expansion {
  readonly value: string;
  readonly problem: TemplateProblem | undefined;
}

const VARIABLE = /\$(?:(\$)|([_a-z][_a-z0-9]*)|\{(?:([_a-z][_a-z0-9]*(?::?[-+?].*)?)\}|))/giu;
const OPERATORS = [':?', '?', ':-', '-', ':+', '+'] as const;
type Operator = (typeof OPERATORS)[number];

/** Compose has no limit; a hostile value must not exhaust the stack. */
const MAXIMUM_DEPTH = 50;

/** Expands a value; `lookup` gives `undefined` for what is not set. Only the first problem is reported. */
export function expandTemplate(template: string, lookup: Lookup, depth = 0): Expansion {
  if (depth > MAXIMUM_DEPTH) return { value: '', problem: 'invalid' };
  let problem: TemplateProblem | undefined;
  const value = template.replace(VARIABLE, (match) => {
    const expansion = expandMatch(match, lookup, depth);
    problem ??= expansion.problem;
    return expansion.value;
  });
  return { value, problem };
}

/**
 * A match reaches to the last `}` of its line, so that a default may hold braces; what follows the brace that
 * really closes it is expanded separately.
 */
function expandMatch(match: string, lookup: Lookup, depth: number): Expansion {
  const end = closingBrace(match);
  const rest = end === -1 ? '' : match.slice(end + 1);
  const parts = new RegExp(VARIABLE.source, 'iu').exec(end === -1 ? match : match.slice(0, end + 1));
  if (parts?.[1] !== undefined) return { value: '$', problem: undefined };
  if (parts?.[2] !== undefined) return { value: lookup(parts[2]) ?? '', problem: undefined };
  const braced = parts?.[3];
  if (braced === undefined) return { value: '', problem: 'invalid' };
  const expandWord = (word: string) => expandTemplate(word, lookup, depth + 1);
  const own = expandBraced(braced, firstOperator(match), { lookup, expandWord });
  if (own === undefined) return { value: lookup(braced) ?? '', problem: undefined };
  if (own.problem !== undefined) return { value: '', problem: own.problem };
  const after = expandWord(rest);
  return after.problem === undefined
    ? { value: own.value + after.value, problem: undefined }
    : { value: '', problem: after.problem };
}

interface Expanding {
  readonly lookup: Lookup;
  readonly expandWord: (word: string) => Expansion;
}

function expandBraced(
  braced: string,
  operator: Operator | undefined,
  { lookup, expandWord }: Expanding,
): Expansion | undefined {
  const at = operator === undefined ? -1 : braced.indexOf(operator);
  if (operator === undefined || at === -1) return undefined;
  const value = lookup(braced.slice(0, at));
  const word = braced.slice(at + operator.length);
  const isUsable = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
  if (operator.endsWith('+')) {
    return isUsable ? expandWord(word) : { value: value ?? '', problem: undefined };
  }
  if (isUsable) return { value: value ?? '', problem: undefined };
  if (operator.endsWith('-')) return expandWord(word);
  return { value: '', problem: 'required' };
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
