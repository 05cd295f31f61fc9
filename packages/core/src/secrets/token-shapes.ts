/** Where a text holds something that looks like a token, whoever's it is. */
export interface TokenShape {
  readonly start: number;
  readonly end: number;
  readonly name: 'token' | 'credentials';
}

/**
 * GitHub's prefixes (https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/), the later
 * fine-grained `github_pat_` and the long `ghs_<app>_<jwt>`, and GitLab's `glpat-`.
 */
const TOKENS = /gh[pousr]_[A-Za-z0-9]{36}[\w.-]*|ghs_\d+_[\w.-]{40,}|github_pat_\w{22,}|glpat-[\w-]{20,}/g;
const TOKEN_HEAD = /gh[pousr]_|github_pat_|glpat-/;

const USERINFO = /[^\s/?#@'"<>]{1,2000}@/y;
/** `${NAME}` and `{{ NAME }}` are no credentials: they stand for one. */
const PLACEHOLDERS = /\$\{\w+\}|\{\{\s*\w+\s*\}\}/g;

/** How far back an incomplete token may have begun. */
const LONGEST_OPEN = 1024;
const SPACE = 0x20;
const OPEN_SHAPE = new RegExp(
  `(?:${[
    'gh[pousr]_[\\w.-]*',
    'github_pat_\\w*',
    'glpat-[\\w-]*',
    ...properPrefixes(['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_', 'glpat-']),
    '[a-z]{0,10}:(?:/(?:/[^\\s/?#@]*)?)?',
    'h(?:t(?:tps?)?|tt)?',
  ].join('|')})$`,
);

/** Token-shaped strings, and the user and password of URLs (of `http` also a user alone: it is a token). */
export function findTokenShapes(text: string): readonly TokenShape[] {
  const shapes: TokenShape[] = [];
  if (TOKEN_HEAD.test(text)) {
    for (const match of text.matchAll(TOKENS)) {
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

/** Where a token shape may have begun that the end of the text has cut; the text's length when none has. */
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
