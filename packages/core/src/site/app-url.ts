import type { AppFault } from '../errors/app-findings.ts';
import { isLoopback } from '../git/remote-url.ts';
import { fromShortSsh, isSafeSshUrl } from '../git/ssh-url.ts';
import { holdsToken } from '../secrets/token-kinds.ts';
import { benchName } from './bench-name.ts';
import { fillPlaceholders } from './placeholder.ts';
import { holdsLiteralToken, judgeUserPart } from './user-part.ts';

export interface JudgedUrl {
  /** The name that bench gives the app, where the URL has one. */
  readonly name: string | undefined;
  /** The most severe, if there are several. */
  readonly fault: AppFault | undefined;
  /** Before the host is the name of a user, and no token. */
  readonly hasUserName?: true;
}

const MAY_BE_OF_USER: ReadonlySet<AppFault> = new Set(['url-shell-character', 'url-malformed']);

/**
 * Whether bench can clone from a URL of apps.json, and safely: https, ssh by way of the mirror, or http on this machine; an
 * organisation and a repository in the path, nothing that git or a shell would interpret, no literal token.
 */
export function judgeUrl(written: string): JudgedUrl {
  // A letter is valid in any part of a URL.
  const filled = fillPlaceholders(written, () => 'x');
  const plain = fromShortSsh(filled) ?? filled;
  const user = judgeUserPart(written);
  const form = judgeForm(plain);
  // The characters of `<token>` and `${NAME` are faults by themselves.
  const isMisspelt = user === 'misspelt' && (form === undefined || MAY_BE_OF_USER.has(form));
  const fault = isMisspelt
    ? 'user-misspelt'
    : (form ?? (holdsLiteralToken(written) ? 'token' : judgePath(plain)));
  return { name: nameOf(plain), fault, ...(user === 'name' ? { hasUserName: true as const } : {}) };
}

function judgeForm(url: string): AppFault | undefined {
  if (/\p{Cc}/u.test(url) || /%(?:0[0-9a-f]|1[0-9a-f]|7f)/i.test(url)) return 'url-control-character';
  if (url.startsWith('-')) return 'url-option';
  if (/^[^/]*::/.test(url)) return 'url-transport';
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) return /^[^/]+@?[^/]*:/.test(url) ? 'url-unsafe-ssh' : 'url-malformed';
  if (scheme === 'ssh' && isSafeSshUrl(url)) return undefined;
  if (scheme === 'ssh' || scheme === 'git+ssh') return 'url-unsafe-ssh';
  if (scheme !== 'https' && scheme !== 'http') return 'url-not-https';
  if (/[\s'"`$\\;|&<>(){}^]/.test(url)) return 'url-shell-character';
  if (!URL.canParse(url)) return 'url-malformed';
  const { hostname, search, hash } = new URL(url);
  if (scheme === 'http' && !isLoopback(hostname)) return 'url-plain-http';
  return search !== '' || hash !== '' ? 'url-query' : undefined;
}

function judgePath(url: string): AppFault | undefined {
  const parts = new URL(url).pathname.split('/').filter((part) => part !== '');
  const last = parts.at(-1)?.replace(/\.git$/, '') ?? '';
  if (parts.length < 2 || last === '') return 'url-no-organisation';
  return last.includes('.') ? 'name-dotted' : undefined;
}

function nameOf(url: string): string | undefined {
  const name = URL.canParse(url) ? benchName(new URL(url).pathname) : '';
  return /^[\w-]+$/.test(name) && !holdsToken(name) ? name : undefined;
}
