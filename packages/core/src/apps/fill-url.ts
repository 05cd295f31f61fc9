import { type Place, placeholderUnusable, secretMisplaced } from '../errors/app-failures.ts';
import type { Finding } from '../errors/finding.ts';
import type { Credential } from '../git/remote.ts';
import { hasControlCharacters } from '../git/remote-url.ts';
import { fromShortSsh, isSshUrl } from '../git/ssh-url.ts';
import { Secret } from '../secrets/secret.ts';
import { fillPlaceholders, findPlaceholders } from '../site/placeholder.ts';
import { findValue, type ValueSource } from './placeholder-values.ts';

/** A URL with its placeholders filled, whole and in parts. */
export interface FilledUrl {
  /** With credentials, percent-encoded: what the build gets. A secret as soon as it has a user part. */
  readonly whole: string | Secret;
  /** Without credentials; safe to show. */
  readonly url: string;
  readonly credential: Credential | undefined;
  /** The keys of `.env` that were used. */
  readonly usedKeys: readonly string[];
}

/** The username that goes with a token written alone (`https://TOKEN@host`), as GitHub, GitLab and Gitea take it. */
export const TOKEN_USERNAME = 'x-access-token';

const PARTS = /^(?<scheme>[a-z][a-z0-9+.-]*:\/\/)?(?:(?<user>[^/]*)@)?(?<rest>.*)$/is;

/**
 * Fills the placeholders of a URL from `.env`.
 *
 * In the user part a value is percent-encoded, unless it is percent-encoded already. A lone token is the password of
 * `x-access-token`, so that it is nowhere taken for a username, which git prints; `user:token@` stays as written. In the
 * rest of the URL a value stands as it is, and may not be a secret.
 */
export function fillUrl(
  text: string,
  source: ValueSource,
  place: Place,
): FilledUrl | { findings: Finding[] } {
  const { scheme = '', user, rest = '' } = splitUrl(text);
  const findings: Finding[] = [];
  const usedKeys: string[] = [];
  const fill = (part: string, isUser: boolean, encode: (value: string) => string): string =>
    fillPlaceholders(part, (name) => {
      const entry = findValue(name, source, place);
      if (!('key' in entry)) {
        findings.push(entry);
        return '';
      }
      usedKeys.push(entry.key);
      if (hasControlCharacters(entry.value) || entry.value.trim() !== entry.value)
        findings.push(placeholderUnusable(name, { ...place }));
      else if (!isUser && entry.sensitive) findings.push(secretMisplaced(name, place));
      return encode(entry.value);
    });

  const filledRest = fill(rest, false, (value) => value);
  const url = scheme + filledRest;
  if (user === undefined)
    return findings.length > 0 ? { findings } : { whole: url, url, credential: undefined, usedKeys };

  // One placeholder as the whole user part may hold `user:token`.
  const isWhole = findPlaceholders(user).some(({ start, end }) => start === 0 && end === user.length);
  const filledUser = fill(user, true, isWhole ? encodePair : encodeUserPart);
  if (findings.length > 0) return { findings };
  const name =
    usedKeys.length === 0
      ? `written in ${place.file}${place.line === undefined ? '' : `, line ${place.line}`}`
      : lastTokenName(user, source, usedKeys);
  return {
    whole: new Secret(name, `${scheme}${filledUser}@${filledRest}`),
    url,
    credential: toCredential(filledUser, name),
    usedKeys,
  };
}

/** The user of an ssh URL is no credential; ssh proves who that is by a key. */
function splitUrl(text: string): {
  readonly scheme?: string;
  readonly user?: string;
  readonly rest?: string;
} {
  const written = fromShortSsh(text) ?? text;
  return isSshUrl(written) ? { rest: written } : (PARTS.exec(written)?.groups ?? {});
}

function toCredential(userPart: string, name: string): Credential | undefined {
  const colon = userPart.indexOf(':');
  const first = decodeLoosely(colon === -1 ? userPart : userPart.slice(0, colon));
  const second = colon === -1 ? '' : decodeLoosely(userPart.slice(colon + 1));
  if (first === '' && second === '') return undefined;
  // `TOKEN:@` and `TOKEN:x-oauth-basic@` are GitHub's older spellings of a lone token.
  if (second === '' || second === 'x-oauth-basic')
    return { username: TOKEN_USERNAME, password: new Secret(name, first) };
  return { username: first === '' ? TOKEN_USERNAME : first, password: new Secret(name, second) };
}

/** The key behind the last placeholder of the user part: in `${USER}:${TOKEN}` that is the token. */
function lastTokenName(user: string, source: ValueSource, usedKeys: readonly string[]): string {
  const last = findPlaceholders(user).at(-1)?.name;
  if (last === undefined) return usedKeys.at(-1) ?? 'the token';
  const entry = findValue(last, source, { file: '' });
  return 'key' in entry ? entry.key : last;
}

/** Percent-encodes a value for the user part, quotes and brackets included: bench splits its commands like a shell. */
export function encodeUserPart(value: string): string {
  if (/%[0-9a-f]{2}/i.test(value) && /^(?:[\w.~-]|%[0-9a-f]{2})+$/i.test(value)) return value;
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function encodePair(value: string): string {
  const colon = value.indexOf(':');
  return colon === -1
    ? encodeUserPart(value)
    : `${encodeUserPart(value.slice(0, colon))}:${encodeUserPart(value.slice(colon + 1))}`;
}

function decodeLoosely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
