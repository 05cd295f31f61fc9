/** The user part of a repository's URL: how a token is written there, and how git interprets it. */
import type { Place } from '../errors/finding.ts';
import type { Credential } from '../git/remote.ts';
import { fromShortSsh, isSshUrl } from '../git/ssh-url.ts';
import { Secret } from '../secrets/secret.ts';

/** The username that goes with a token written alone (`https://TOKEN@host`), as GitHub, GitLab and Gitea accept it. */
export const TOKEN_USERNAME = 'x-access-token';

export interface UrlParts {
  /** `https://`, or nothing. */
  readonly scheme: string;
  /** `undefined` also for ssh, whose user is not a credential: ssh authenticates with a key. */
  readonly user: string | undefined;
  readonly rest: string;
}

const PARTS = /^(?<scheme>[a-z][a-z0-9+.-]*:\/\/)?(?:(?<user>[^/]*)@)?(?<rest>.*)$/is;

export function splitUrl(text: string): UrlParts {
  const written = fromShortSsh(text) ?? text;
  if (isSshUrl(written)) return { scheme: '', user: undefined, rest: written };
  const { scheme = '', user, rest = '' } = PARTS.exec(written)?.groups ?? {};
  return { scheme, user, rest };
}

/** The credential in a user part. `name` is what messages call the token. */
export function credentialOf(user: string, name: string): Credential | undefined {
  const [first, second] = splitPair(user).map(decodeLoosely);
  if (!first && !second) return undefined;
  // `TOKEN:@` and `TOKEN:x-oauth-basic@` are GitHub's older spellings of a lone token.
  if (!second || second === 'x-oauth-basic')
    return { username: TOKEN_USERNAME, password: new Secret(name, first ?? '') };
  return { username: first || TOKEN_USERNAME, password: new Secret(name, second) };
}

/** What messages call a token that is not in `.env`. */
export function writtenIn({ file, line }: Place): string {
  return `written in ${file}${line === undefined ? '' : `, line ${line}`}`;
}

/** Percent-encodes a value for the user part, quotes and brackets included: bench splits its commands like a shell. */
export function encodeUserPart(value: string): string {
  if (/%[0-9a-f]{2}/i.test(value) && /^(?:[\w.~-]|%[0-9a-f]{2})+$/i.test(value)) return value;
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The same for a value that may be `user:token`. */
export function encodeUser(value: string): string {
  return splitPair(value).map(encodeUserPart).join(':');
}

function splitPair(user: string): string[] {
  const colon = user.indexOf(':');
  return colon === -1 ? [user] : [user.slice(0, colon), user.slice(colon + 1)];
}

function decodeLoosely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
