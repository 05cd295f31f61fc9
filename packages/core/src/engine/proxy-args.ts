import type { Redactor } from '../secrets/redactor.ts';
import { Secret } from '../secrets/secret.ts';
import { readDockerConfig } from './docker-config.ts';

/** Build args that BuildKit keeps out of the image's history and out of cache keys, by their keys in Docker's file. */
const ARGS = {
  httpProxy: 'HTTP_PROXY',
  httpsProxy: 'HTTPS_PROXY',
  ftpProxy: 'FTP_PROXY',
  noProxy: 'NO_PROXY',
  allProxy: 'ALL_PROXY',
} as const;

/**
 * The proxies that Docker's client gives a build on this engine: those of its configuration file for the engine's address, else
 * its default, in both spellings.
 * @param options `redactor` learns a proxy's password
 */
export async function findProxyArgs(
  endpoint: string,
  options: {
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly redactor: Pick<Redactor, 'add'>;
  },
): Promise<Readonly<Record<string, string | Secret>>> {
  const proxies = (await readDockerConfig(options.environment))?.proxies;
  const chosen = proxies?.[endpoint] ?? proxies?.default;
  const args: Record<string, string | Secret> = {};
  for (const [key, name] of Object.entries(ARGS)) {
    const value = chosen?.[key as keyof typeof ARGS];
    if (value === undefined || value === '') continue;
    const given = asSecret(name, value, options.redactor);
    args[name] = given;
    args[name.toLowerCase()] = given;
  }
  return args;
}

/** What precedes the last `@` of the address, with or without a scheme, is a user, a token or a password. */
function asSecret(name: string, value: string, redactor: Pick<Redactor, 'add'>): string | Secret {
  const [, credentials] = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(.*)@/is.exec(value) ?? [];
  if (credentials === undefined || credentials === '') return value;
  const [user = '', ...rest] = credentials.split(':');
  const secret = rest.length === 0 ? user : rest.join(':');
  for (const text of new Set([secret, decoded(secret)]))
    redactor.add(new Secret(`the password of ${name}`, text));
  const whole = new Secret(name, value);
  redactor.add(whole);
  return whole;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
