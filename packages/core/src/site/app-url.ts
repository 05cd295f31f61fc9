import { fromShortSsh, isSafeSshUrl, isSshUrl } from '../git/ssh-url.ts';
import { holdsToken } from '../secrets/token-kinds.ts';
import { findPlaceholders } from './placeholder.ts';

/** What is wrong with a part of an entry. The text of `what` follows on the name of the app. */
export interface Complaint {
  readonly id: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

export interface JudgedUrl {
  /** The name that bench gives the app, where the URL has one. */
  readonly name: string | undefined;
  /** At most one, the gravest. */
  readonly complaint: Complaint | undefined;
}

/** Stands in for a placeholder: a letter in any part of a URL. */
const STAND_IN = 'x';

/** User names that hosts ask for beside a token; they are no secret. */
const HOST_USERS: ReadonlySet<string> = new Set([
  'git',
  'oauth2',
  'x-access-token',
  'x-oauth-basic',
  'gitlab-ci-token',
  'x-token-auth',
]);

/**
 * Whether bench can clone from a URL of apps.json, and safely: https, ssh by way of the mirror, or http on this machine; an
 * organisation and a repository in the path, nothing that git or a shell would act on, no token written out.
 */
export function judgeUrl(written: string): JudgedUrl {
  const filled = replacePlaceholders(written, STAND_IN);
  const plain = fromShortSsh(filled) ?? filled;
  const complaint = judgeForm(plain) ?? (holdsLiteralToken(written) ? TOKEN : judgePath(plain));
  return { name: nameOf(plain), complaint };
}

/** Whether a token stands in the text itself, in its known shape or as the password of a URL. */
export function holdsLiteralToken(written: string): boolean {
  if (holdsToken(written)) return true;
  if (isSshUrl(written)) return false;
  const user = /^[a-z][a-z0-9+.-]*:\/\/([^/?#\\]*)@/i.exec(replacePlaceholders(written, '\uFFFC'))?.[1];
  return (
    user?.split(':').some((part) => part !== '' && !part.includes('\uFFFC') && !HOST_USERS.has(part)) ===
      true && !(user.split(':').length === 2 && user.endsWith('\uFFFC'))
  );
}

function judgeForm(url: string): Complaint | undefined {
  if (/\p{Cc}/u.test(url) || /%(?:0[0-9a-f]|1[0-9a-f]|7f)/i.test(url)) return LINE_BREAK;
  if (url.startsWith('-')) return { ...SCHEME, what: 'has a URL that begins with `-`' };
  if (/^[^/]*::/.test(url)) return { ...SCHEME, what: 'has a URL that makes git run a program' };
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) return /^[^/]+@?[^/]*:/.test(url) ? SSH : NO_URL;
  if (scheme === 'ssh' && isSafeSshUrl(url)) return undefined;
  if (scheme === 'ssh' || scheme === 'git+ssh') return SSH;
  if (scheme !== 'https' && scheme !== 'http') return SCHEME;
  if (/[\s'"`$\\;|&<>(){}^]/.test(url)) return UNSAFE;
  if (!URL.canParse(url)) return NO_URL;
  const { hostname, search, hash } = new URL(url);
  if (scheme === 'http' && !isLoopback(hostname)) return PLAIN_HTTP;
  return search !== '' || hash !== '' ? QUERY : undefined;
}

function judgePath(url: string): Complaint | undefined {
  const parts = new URL(url).pathname.split('/').filter((part) => part !== '');
  const last = parts.at(-1)?.replace(/\.git$/, '') ?? '';
  if (parts.length < 2 || last === '') return NO_ORGANISATION;
  return last.includes('.') ? DOTTED : undefined;
}

function nameOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const last = new URL(url).pathname.replace(/\/+$/, '').split('/').at(-1);
  const name = last?.split('.')[0];
  return name !== undefined && /^[\w-]+$/.test(name) && !holdsToken(name) ? name : undefined;
}

function replacePlaceholders(text: string, standIn: string): string {
  let replaced = '';
  let from = 0;
  for (const { start, end } of findPlaceholders(text)) {
    replaced += text.slice(from, start) + standIn;
    from = end;
  }
  return replaced + text.slice(from);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

const FORM = 'Write it as https://HOST/ORGANISATION/REPOSITORY, with ${NAME}@ before the host for a token.';
const LINE_BREAK: Complaint = {
  id: 'app-url-unsafe',
  what: 'has a URL with a line break, a NUL or another control character',
  why: 'A line break in a URL becomes a second line of what git asks its credential helpers.',
  fix: FORM,
};
const SCHEME: Complaint = {
  id: 'app-url-scheme',
  what: 'has a URL that is not https',
  why: 'Other ways of fetching can run programs, or send the token in the clear.',
  fix: FORM,
};
const PLAIN_HTTP: Complaint = { ...SCHEME, what: 'has an http URL to another machine' };
const SSH: Complaint = {
  id: 'app-url-scheme',
  what: 'has an SSH URL that ssh is not given',
  why: 'Only plain characters, without a password and with nothing that begins with `-`, are safe to hand to ssh.',
  fix: 'Write it as ssh://git@HOST/ORGANISATION/REPOSITORY or git@HOST:ORGANISATION/REPOSITORY.',
};
const NO_URL: Complaint = {
  id: 'app-url-malformed',
  what: 'has a URL that is none',
  why: 'It cannot be read as https://HOST/ORGANISATION/REPOSITORY.',
  fix: FORM,
};
const UNSAFE: Complaint = {
  id: 'app-url-unsafe',
  what: 'has a URL with a space, a quote or a character that a shell would act on',
  why: 'bench splits the command that it clones with like a shell, so the rest would become words of their own.',
  fix: FORM,
};
const QUERY: Complaint = {
  id: 'app-url-malformed',
  what: 'has a URL with a `?` or a `#`',
  why: 'git would ask for a repository of that name.',
  fix: FORM,
};
export const TOKEN: Complaint = {
  id: 'token-literal',
  what: 'has a token or a password written into it',
  why: 'apps.json lies in the repository, where everybody who reads it can use the token.',
  fix: 'Put the token into .env, write ${NAME} in its place, and revoke the one that was written here.',
};
const NO_ORGANISATION: Complaint = {
  id: 'app-url-no-organisation',
  what: 'has a URL without an organisation and a repository in its path',
  why: 'bench takes the last two parts of the path for them, and fails without.',
  fix: FORM,
};
const DOTTED: Complaint = {
  id: 'app-name-dotted',
  what: 'comes from a repository with a dot in its name',
  why: 'bench cuts the name at its first dot, and then does not find the folder that git cloned into.',
  fix: 'Rename the repository (hosts redirect the old name), or use a fork without the dot.',
};
export const FRAPPE: Complaint = {
  id: 'app-is-frappe',
  what: 'must not stand in the list',
  why: 'frappe comes from FRAPPE_PATH and FRAPPE_BRANCH; listed as an app, it makes bench ask a question and stop.',
  fix: 'Remove the entry; name a fork of frappe by FRAPPE_PATH in .env or de-build.json.',
};
