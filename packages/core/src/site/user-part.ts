import { isSshUrl } from '../git/ssh-url.ts';
import { holdsToken } from '../secrets/token-kinds.ts';
import { fillPlaceholders } from './placeholder.ts';

/** User names that hosts require with a token; they are not secret. */
const HOST_USERS: ReadonlySet<string> = new Set([
  'git',
  'oauth2',
  'x-access-token',
  'x-oauth-basic',
  'gitlab-ci-token',
  'x-token-auth',
]);

/**
 * What is written before the `@` of an http URL: a placeholder that is none to de-build, the name of a user, or a token or
 * password. `undefined` where placeholders fill what is secret in it, and where there is nothing.
 */
export type UserPart = 'misspelt' | 'name' | 'token';

const FILLED = '\uFFFC';
/** `$NAME`, `${NAME`, `$(NAME)`, `{NAME}`, `{{NAME}`, `<token>`, `%PAT%`, `[TOKEN]`. */
const MISSPELT =
  /^(?:\$\w+|\$?\{{1,2}\s*[\w.-]*\s*\}{0,2}|\$\([\w.-]*\)|<[^<>]*>|%[A-Za-z_]\w*%|\[[\w -]+\]|\$\{[^}]*\})$/;
const NAME = /^[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9_])?$/;

export function judgeUserPart(written: string): UserPart | undefined {
  const user = userOf(written);
  if (user === undefined) return undefined;
  const colon = user.indexOf(':');
  const [first, second] = colon === -1 ? [user] : [user.slice(0, colon), user.slice(colon + 1)];
  const isSecretFilled = (second ?? first)?.includes(FILLED) === true;
  const parts = [first, second].filter((part) => part !== undefined && part !== '' && !part.includes(FILLED));
  if (parts.some((part) => MISSPELT.test(part ?? ''))) return 'misspelt';
  // The user of `NAME:${TOKEN}` may be anybody.
  if (isSecretFilled && colon !== -1) return undefined;
  if (parts.every((part) => HOST_USERS.has(part ?? '')))
    return first === user && parts.length > 0 ? 'name' : undefined;
  return colon === -1 && isName(first ?? '') ? 'name' : 'token';
}

/** With its placeholders in place of one character. A user part may hold a slash, where a placeholder is misspelt. */
function userOf(written: string): string | undefined {
  if (isSshUrl(written)) return undefined;
  const text = fillPlaceholders(written, () => FILLED);
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#\\]*)@/i.exec(text)?.[1];
}

/** A name of letters, digits and separators. Long runs of letters and digits are made by machines. */
function isName(text: string): boolean {
  if (!NAME.test(text) || holdsToken(text) || text.length > 64) return false;
  return !text.split(/[._-]/).some((run) => run.length >= 32 || (run.length >= 16 && /\d/.test(run)));
}

/** Whether a token is in the text itself, in a known format or in the user part of a URL. */
export function holdsLiteralToken(written: string): boolean {
  return holdsToken(written) || judgeUserPart(written) === 'token';
}
