import { gitUrlUnsafe } from '../errors/git-failures.ts';
import { isSafeSshUrl, isSshUrl } from './ssh-url.ts';

/**
 * Parses the URL of a repository that is safe to pass to git: https, ssh, or http on loopback, with a host and a path,
 * without credentials, line breaks, NUL, query or fragment.
 * @throws DeBuildError `git-url-unsafe`
 */
export function parseRemoteUrl(url: string): URL {
  const refuse = (why: string): never => {
    throw gitUrlUnsafe(showable(url), why);
  };
  // A line break in a URL becomes a second line of git's credential protocol (CVE-2020-5260, CVE-2024-52006).
  if (hasControlCharacters(decodeLoosely(url)) || /\s/.test(url))
    return refuse('It contains a space, a line break or a control character.');
  if (!URL.canParse(url)) return refuse('It is not a URL.');
  const parsed = new URL(url);
  if (isSshUrl(url)) return isSafeSshUrl(url) ? parsed : refuse(UNSAFE_SSH);
  if (parsed.protocol !== 'https:' && !(parsed.protocol === 'http:' && isLoopback(parsed.hostname)))
    return refuse('Only https and ssh are supported, and http on this machine itself.');
  if (parsed.username !== '' || parsed.password !== '') return refuse('It contains credentials.');
  if (parsed.search !== '' || parsed.hash !== '') return refuse('It contains a query or a fragment.');
  if (parsed.pathname.replaceAll('/', '') === '') return refuse('It names no repository.');
  return parsed;
}

const UNSAFE_SSH =
  'It does not have the form ssh://USER@HOST/ORGANISATION/REPOSITORY, in letters, digits and `_ . ~ + -` where no part begins with `-`.';

/** Whether a host name is loopback: `localhost`, 127.0.0.0/8 or `::1`. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** A URL without credentials, query and fragment, for messages; never fails. */
export function showable(url: string): string {
  const shown = url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/?#]*@/i, '$1')
    .replace(/[?#].*$/s, '')
    .replace(/\p{Cc}/gu, '�');
  return shown.length > 300 ? `${shown.slice(0, 300)}…` : shown;
}

export function hasControlCharacters(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

function decodeLoosely(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
