import { ENVIRONMENT, setIn } from './environment.ts';
import { error, type Finding, type Place, shown, warning } from './finding.ts';

/** What a placeholder is filled from. */
interface Missing {
  /** The env file, or the environment. */
  readonly source: string;
  /** A key that would do as well. */
  readonly alias?: string | undefined;
}

/** `${NAME}` without a key of that name. */
export function placeholderUnknown(name: string, { source, alias }: Missing, place: Place): Finding {
  const keys = alias === undefined ? name : `${name} (or ${alias})`;
  return error('placeholder-unknown', {
    what: `${shown(place)} uses the placeholder ${name}, and ${source === ENVIRONMENT ? 'no such key was taken from the environment' : `${source} has no such key`}.`,
    why: 'Without its value the URL is not complete.',
    fix: `Correct the name in ${place.file}, or set ${keys} in ${setIn(source)}.`,
    ...place,
    subject: name,
  });
}

export function placeholderEmpty(name: string, { source, alias }: Missing, place: Place): Finding {
  const keys = alias === undefined ? name : `${name} (or ${alias})`;
  return error('placeholder-empty', {
    what: `${shown(place)} uses the placeholder ${name}, which is empty in ${source}.`,
    why: 'Without its value the URL is not complete.',
    fix: `Give ${keys} a value in ${source}.`,
    ...place,
    subject: name,
  });
}

/** The default of an ARG reaches the build as it is written. */
export function placeholderUnfilled(name: string, arg: string, place: Place): Finding {
  return error('placeholder-unfilled', {
    what: `The default of ${arg} in ${place.file} has the placeholder ${name}.`,
    why: 'Placeholders are filled in build args that are given, not in the defaults of a Containerfile.',
    fix: `Write the value of ${arg} into \`buildArgs\` of de-build.json.`,
    ...place,
    subject: arg,
  });
}

/** Two keys for the same token, with different values. */
export function tokenAliasesDiffer(names: readonly string[], place: Place): Finding {
  return error('token-aliases-differ', {
    what: `${names.join(' and ')} name the same token, but their values in ${place.file} differ.`,
    why: 'Nothing says which of them is right; one is probably out of date.',
    fix: `Remove the older of ${names.join(' and ')} from ${place.file}, or give both the same value.`,
    ...place,
    subject: names[0] ?? '',
  });
}

/** A token in `.env` that nothing uses. */
export function tokenUnused(name: string, place: Place): Finding {
  return warning('token-unused', {
    what: `${name} has a value in ${place.file}, but no URL and no build arg uses it.`,
    why: 'Either private repositories are asked without a token, or the secret is not needed.',
    fix: `Write \${${name}} where the token belongs (https://\${${name}}@github.com/…), or remove the key.`,
    ...place,
    subject: name,
  });
}

/** The value would change the URL around it, or git's credential protocol. */
export function placeholderUnusable(name: string, source: string, place: Place): Finding {
  return error('placeholder-unusable', {
    what: `The value of ${name} cannot be used in a URL.`,
    why: 'It has a line break, a space at its start or end, or another control character; perhaps more than the token was copied.',
    fix: `Copy the token again into ${name} in ${source}.`,
    ...place,
    subject: name,
  });
}

/** A secret in a part of a URL that is shown, recorded and logged. */
export function secretMisplaced(name: string, place: Place): Finding {
  return error('secret-misplaced', {
    what: `${shown(place)} uses the secret ${name} outside the user part of the URL.`,
    why: 'Only the part before the @ is kept out of messages, manifests and logs.',
    fix: `Write it as https://\${${name}}@HOST/ORGANISATION/REPOSITORY, or use a key that is not secret there.`,
    ...place,
    subject: name,
  });
}

export function tokenExpired(token: string, expiry: Date): Finding {
  return error('token-expired', {
    what: `The token ${token} expired on ${day(expiry)}.`,
    why: 'GitHub says so with every answer, and no longer accepts the token.',
    fix: `Create a new token and put it where ${token} is set.`,
    subject: token,
  });
}

export function tokenExpiresSoon(token: string, expiry: Date, days: number): Finding {
  const when = days === 0 ? 'within a day' : `in ${days} ${days === 1 ? 'day' : 'days'}`;
  return warning('token-expires-soon', {
    what: `The token ${token} expires ${when}, on ${day(expiry)}.`,
    why: 'GitHub says so with every answer; after that it refuses the token.',
    fix: `Create a new token in time and put it where ${token} is set.`,
    subject: token,
  });
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
