import { holdsToken } from '../secrets/token-kinds.ts';

/** Each a word of a key: between underscores, or of its camel case. */
const SENSITIVE: ReadonlySet<string> = new Set([
  ...['PAT', 'TOKEN', 'SECRET', 'PASSWORD', 'PASS', 'PASSWD', 'PWD', 'PASSPHRASE', 'PASSCODE', 'CREDENTIAL'],
  ...['KEY', 'APIKEY', 'AUTH', 'WEBHOOK', 'DSN'],
]);
/** A key that ends so is about a secret, and is none: `KEY_ID`, `AUTH_TYPE`, `TOKEN_TTL`. */
const ABOUT: ReadonlySet<string> = new Set([
  ...['ALGORITHM', 'AUDIENCE', 'COUNT', 'DIR', 'DIRECTORY', 'ENABLED', 'ENDPOINT', 'EXPIRY', 'FILE', 'FILES'],
  ...[
    'FINGERPRINT',
    'FOLDER',
    'FORMAT',
    'HEADER',
    'HOST',
    'ID',
    'ISSUER',
    'LENGTH',
    'LIFETIME',
    'METHOD',
    'MODE',
  ],
  ...['NAME', 'PATH', 'PLUGIN', 'POLICY', 'PORT', 'PROVIDER', 'REALM', 'REQUIRED', 'SCOPE', 'SERVER', 'SIZE'],
  ...['TIMEOUT', 'TTL', 'TYPE', 'USER', 'USERNAME', 'VERSION'],
]);
const HARMLESS = /^(?:PUBLIC|PRIMARY|FOREIGN|SORT|CACHE|PARTITION|HOST)_KEYS?$/;

/** Whether a key is that of a secret by its name alone. */
export function hasSensitiveName(key: string): boolean {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== '');
  const last = words.at(-1) ?? '';
  if (ABOUT.has(last) || HARMLESS.test(words.slice(-2).join('_')) || words.includes('PUBLIC')) return false;
  return words.some((word) => SENSITIVE.has(word) || SENSITIVE.has(word.replace(/S$/, '')));
}

const URL_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@:]*:([^\s/?#@]+)@/i;

/** Whether a value is secret, whatever its key: a token by its format, or a URL with a password. */
export function isSensitiveValue(value: string): boolean {
  const password = URL_PASSWORD.exec(value)?.[1];
  return holdsToken(value) || (password !== undefined && !/^(?:\$\{?\w+\}?|<[^>]*>|x+|\*+)$/i.test(password));
}
