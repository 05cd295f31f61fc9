import type { Finding, Place } from '../errors/finding.ts';
import { placeholderUnusable, secretMisplaced } from '../errors/token-findings.ts';
import type { Credential } from '../git/remote.ts';
import { hasControlCharacters } from '../git/remote-url.ts';
import { Secret } from '../secrets/secret.ts';
import { fillPlaceholders, findPlaceholders } from '../site/placeholder.ts';
import { judgeUserPart } from '../site/user-part.ts';
import { findValues, sourceOf, type ValueSource } from './placeholder-values.ts';
import { credentialOf, encodeUser, encodeUserPart, splitUrl, writtenIn } from './url-user.ts';

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

/** A URL that cannot be used, and what it would use. */
export type UnfilledUrl = Pick<FilledUrl, 'usedKeys'> & { readonly findings: readonly Finding[] };

/**
 * Fills the placeholders of a URL from `.env`.
 *
 * In the user part a value is percent-encoded, unless it is percent-encoded already. A lone token is the password of
 * `x-access-token`, so that it is nowhere taken for a username, which git prints; `user:token@` stays as written. In the
 * rest of the URL a value is not encoded, and must not be secret.
 */
export function fillUrl(text: string, source: ValueSource, place: Place): FilledUrl | UnfilledUrl {
  const { entries, findings: missing } = findValues(text, source, place);
  const { scheme, user, rest } = splitUrl(text);
  const shown = new Set(findPlaceholders(rest).map(({ name }) => name));
  const findings = [...missing];
  for (const [name, { value, sensitive }] of entries) {
    if (hasControlCharacters(value) || value.trim() !== value)
      findings.push(placeholderUnusable(name, sourceOf(source.env), place));
    else if (sensitive && shown.has(name)) findings.push(secretMisplaced(name, place));
  }
  const usedKeys = [...entries.values()].map(({ key }) => key);
  if (findings.length > 0) return { findings, usedKeys };

  const fill = (part: string, encode: (value: string) => string) =>
    fillPlaceholders(part, (name) => encode(entries.get(name)?.value ?? ''));
  const filledRest = fill(rest, (value) => value);
  const url = scheme + filledRest;
  if (user === undefined) return { whole: url, url, credential: undefined, usedKeys };
  if (judgeUserPart(text) === 'name') return { whole: text, url, credential: undefined, usedKeys };

  const placeholders = findPlaceholders(user);
  // The value of a placeholder that is the whole user part may be `user:token`.
  const isWhole = placeholders[0]?.start === 0 && placeholders[0].end === user.length;
  const filledUser = fill(user, isWhole ? encodeUser : encodeUserPart);
  // In `${USER}:${TOKEN}` the last one is the token.
  const name = entries.get(placeholders.at(-1)?.name ?? '')?.key ?? usedKeys.at(-1) ?? writtenIn(place);
  return {
    whole: new Secret(name, `${scheme}${filledUser}@${filledRest}`),
    url,
    credential: credentialOf(filledUser, name),
    usedKeys,
  };
}
