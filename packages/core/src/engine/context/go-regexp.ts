const CLASSES: Readonly<Record<string, string>> = {
  d: '0-9',
  w: '0-9A-Za-z_',
  s: '\\t\\n\\f\\r ',
};
const CONTROLS: Readonly<Record<string, string>> = {
  a: '\\u{7}',
  f: '\\f',
  t: '\\t',
  n: '\\n',
  r: '\\r',
  v: '\\v',
};

/**
 * The JavaScript form of a Go regular expression, as far as an ignore pattern can yield one: literals, classes,
 * escapes, `.`, `(…)?`, `*`, `^`, `$`. The two differ in what `.` and `\s` match, in `]` outside and `[` inside of a class.
 * @returns undefined where Go refuses the expression.
 */
export function toRegExp(source: string): RegExp | undefined {
  const chars = [...source];
  let out = '';
  let at = 0;
  while (at < chars.length) {
    const char = chars[at++] as string;
    if (char === '\\') {
      const escaped = translateEscape(chars[at++]);
      if (escaped === undefined) return undefined;
      out += escaped.isClass ? `[${escaped.text}]` : escaped.text;
    } else if (char === '[') {
      const translated = translateClass(chars, at);
      if (translated === undefined) return undefined;
      out += translated.text;
      at = translated.end;
    } else if (char === '.') {
      out += '[^\\n]';
    } else {
      out += '(*)?^$'.includes(char) ? char : literal(char);
    }
  }
  try {
    return new RegExp(out, 'u');
  } catch {
    return undefined;
  }
}

function translateClass(chars: readonly string[], start: number): { text: string; end: number } | undefined {
  let at = start;
  let text = '[';
  if (chars[at] === '^') {
    text += '^';
    at++;
  }
  for (let isFirst = true; isFirst || chars[at] !== ']'; isFirst = false) {
    const low = takeClassMember(chars, at);
    if (low === undefined) return undefined;
    at = low.end;
    text += low.text;
    if (low.isClass || chars[at] !== '-' || chars[at + 1] === ']') continue;
    const high = takeClassMember(chars, at + 1);
    if (high === undefined || high.isClass) return undefined;
    text += `-${high.text}`;
    at = high.end;
  }
  return { text: `${text}]`, end: at + 1 };
}

function takeClassMember(
  chars: readonly string[],
  at: number,
): { text: string; isClass: boolean; end: number } | undefined {
  const char = chars[at];
  if (char === undefined) return undefined;
  if (char === '[' && chars[at + 1] === ':') return undefined;
  if (char !== '\\') return { text: literal(char), isClass: false, end: at + 1 };
  const escaped = translateEscape(chars[at + 1]);
  return escaped && { ...escaped, end: at + 2 };
}

function translateEscape(char: string | undefined): { text: string; isClass: boolean } | undefined {
  if (char === undefined) return undefined;
  if (CLASSES[char] !== undefined) return { text: CLASSES[char], isClass: true };
  if (CONTROLS[char] !== undefined) return { text: CONTROLS[char], isClass: false };
  return /^[0-9A-Za-z]$/.test(char) || char > '\u{7f}' ? undefined : { text: literal(char), isClass: false };
}

function literal(char: string): string {
  return /^[0-9A-Za-z_]$/.test(char) ? char : `\\u{${(char.codePointAt(0) as number).toString(16)}}`;
}
