/** The keys of the files; only Compose reads the last two. */
export const ENV_KEYS = ['A', 'B', 'C', 'D', 'E', 'LONG_NAME_1', 'a', 'x.y', 'x-y'] as const;

const NAMES = ['A', 'B', 'C', 'D', 'LONG_NAME_1', 'a', 'UNSET'];
const WORDS = [
  'x',
  'v1',
  'Zoë',
  '日本',
  '😀',
  'https://u:p@h/p?q=1#f',
  'k=v',
  '100%',
  '1.4.0',
  'true',
  'null',
  '{}',
];
const SIGNS = ' \t#\'"`\\$={}:-+?,;&|<>()[]!*~@/.%^';
const ESCAPES = [
  '\\n',
  '\\t',
  '\\\\',
  '\\"',
  "\\'",
  '\\$',
  '\\x41',
  '\\0101',
  '\\08',
  '\\u00e9',
  '\\a',
  '\\ ',
  '\\r',
  '\\$$',
];
const ENDS = ['\n', '\n', '\n', '\n', '\r\n'];

/** The text of an env file as people write them, in one of two cases with any sign anywhere; always the same for the same numbers. */
export function randomEnv(random: () => number): string {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const maybe = (chance: number, text: () => string) => (random() < chance ? text() : '');
  const many = (most: number, piece: () => string) =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, piece).join('');
  const isTame = random() < 0.5;
  const end = pick(ENDS);
  const above = new Set<string>();
  const sign = () => SIGNS[Math.floor(random() * SIGNS.length)] as string;

  const variable = (depth = 0): string => {
    const name = pick(isTame && above.size > 0 ? [...above] : NAMES);
    if (random() < 0.3) return `$${name}`;
    const operator = pick(['', '', ':-', '-', ':+', '+', ':?', '?']);
    if (operator === '') return `\${${name}}`;
    const word =
      depth < 3 && random() < 0.3
        ? variable(depth + 1)
        : many(2, () => pick([...WORDS.slice(0, 3), ' ', '/']));
    return `\${${name}${operator}${word}}`;
  };
  const odd = (): string =>
    pick([
      sign,
      sign,
      () => pick(ESCAPES),
      () => '$$',
      () => '${',
      () => '}',
      () => pick(['\u00a0', '\u2028', '\v', '\r', '\u0001']),
    ])();
  const piece = (): string => {
    const roll = random();
    if (roll < 0.5) return pick(WORDS);
    if (roll < 0.65 && !(isTame && above.size === 0)) return variable();
    if (isTame) return pick(['-', '_', '/', ' ', '.', ':', '$$']);
    return odd();
  };
  const plain = () => many(4, piece);
  const quoted = (quote: string): string => {
    const inner = many(5, () =>
      random() < 0.1
        ? pick([end, '\n', '\\n'])
        : isTame
          ? piece()
          : pick([piece, () => pick(ESCAPES), () => pick(["'", '"'])])(),
    );
    const safe = random() < 0.8 ? inner.replaceAll(quote, random() < 0.5 ? `\\${quote}` : '') : inner;
    return `${quote}${safe}${quote}${isTame ? '' : maybe(0.1, () => pick(['x', ' x', ' #x', '#x', quote]))}`;
  };
  const value = (): string => {
    const roll = random();
    if (roll < 0.1) return '';
    if (roll < 0.3) return quoted('"');
    if (roll < 0.5) return quoted("'");
    return plain();
  };
  const assignment = (): string => {
    const spaces = () => maybe(isTame ? 0.05 : 0.15, () => pick([' ', '  ', '\t']));
    const fresh = ENV_KEYS.slice(0, 7).filter((name) => !above.has(name));
    const key = pick(isTame && fresh.length > 0 && random() < 0.95 ? fresh : ENV_KEYS);
    const separator = random() < (isTame ? 0.99 : 0.93) ? '=' : pick([':', ': ', '', '==']);
    const comment = maybe(0.15, () => pick([' # note', ' #', '\t# note', '# note', ' # it"s', " # it's"]));
    const text = `${spaces()}${maybe(0.1, () => pick(['export ', 'export\t', 'export  ']))}${key}${spaces()}${separator}${spaces()}${value()}${comment}`;
    above.add(key);
    return text;
  };
  const line = (): string => {
    const roll = random();
    if (roll < 0.08) return '';
    if (roll < 0.18) return pick(['# note', '#A=1', ' # "open', "# it's", '#']);
    if (!isTame && roll < 0.2) return many(6, odd);
    return assignment();
  };
  const lines = Array.from({ length: 1 + Math.floor(random() * 7) }, line);
  return `${maybe(0.05, () => '\uFEFF')}${lines.join(end)}${maybe(0.8, () => end)}`;
}
