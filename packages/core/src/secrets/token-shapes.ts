import { isPlaceholder, TOKEN, TOKEN_KINDS } from './token-kinds.ts';

/** Where a text holds something that looks like a token or the credentials of a URL, of the site or not. */
export interface TokenShape {
  readonly start: number;
  readonly end: number;
  readonly name: 'token' | 'credentials';
}

const TOKENS = new RegExp(TOKEN, 'g');
const PREFIXES = TOKEN_KINDS.map(({ prefix }) => prefix);
const ANY_PREFIX = new RegExp(PREFIXES.join('|'));

const USERINFO = /[^\s/?#@'"<>]{1,2000}@/y;
/** `${NAME}` and `{{ NAME }}` are placeholders for credentials, not credentials. */
const PLACEHOLDERS = /\$\{\w+\}|\{\{\s*\w+\s*\}\}/g;

/** How far back an incomplete token may begin. */
const LONGEST_OPEN = 1024;
const SPACE = 0x20;
const OPEN_SHAPE = new RegExp(
  `(?:${[
    ...TOKEN_KINDS.map(({ prefix, characters }) => `${prefix}${characters}*`),
    ...properPrefixes(PREFIXES),
    '[a-z]{0,10}:(?:/(?:/[^\\s/?#@]*)?)?',
    'h(?:t(?:tps?)?|tt)?',
  ].join('|')})$`,
);

/** Tokens, and the user and password of URLs (of `http` also a user alone, who is a token). */
export function findTokenShapes(text: string): readonly TokenShape[] {
  const shapes: TokenShape[] = [];
  if (ANY_PREFIX.test(text)) {
    for (const match of text.matchAll(TOKENS)) {
      if (!isPlaceholder(match[0]))
        shapes.push({ start: match.index, end: match.index + match[0].length, name: 'token' });
    }
  }
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', at + 3)) {
    USERINFO.lastIndex = at + 3;
    const userinfo = USERINFO.exec(text)?.[0].slice(0, -1);
    if (userinfo !== undefined && isCredential(userinfo, text.slice(Math.max(0, at - 5), at))) {
      shapes.push({ start: at + 3, end: at + 3 + userinfo.length, name: 'credentials' });
    }
  }
  return shapes;
}

/** Where a token may begin that the end of the text cuts off; the text's length when there is none. */
export function openTokenShape(text: string): number {
  let from = text.length;
  const earliest = Math.max(0, text.length - LONGEST_OPEN);
  while (from > earliest && text.charCodeAt(from - 1) > SPACE) from--;
  if (from === text.length) return from;
  const open = text.slice(from).search(OPEN_SHAPE);
  return open === -1 ? text.length : from + open;
}

function isCredential(userinfo: string, before: string): boolean {
  const isUserAlone = !userinfo.includes(':');
  if (isUserAlone && !/https?$/i.test(before) && before !== '') return false;
  const rest = userinfo.replace(PLACEHOLDERS, '');
  return /[\p{L}\p{N}]/u.test(rest.includes(':') ? rest.slice(rest.indexOf(':')) : rest);
}

function properPrefixes(heads: readonly string[]): readonly string[] {
  const prefixes = new Set<string>();
  for (const head of heads) {
    for (let length = head.length - 1; length > 0; length--) prefixes.add(head.slice(0, length));
  }
  return [...prefixes].sort((a, b) => b.length - a.length);
}
