/**
 * Values that say nothing where they are found: `common` ones stand in ordinary text, and `plain` ones, a word or a number, in
 * certificates, binaries and dictionaries.
 */
export type Weakness = 'common' | 'plain';

/** Shorter values are in ordinary text by chance. */
const SHORTEST = 6;

/** Of lists of frequent passwords, and what frappe's own documents use. */
const COMMON = new Set([
  ...['admin', 'administrator', 'changeit', 'changeme', 'default', 'demo', 'docker', 'erpnext', 'example'],
  ...['frappe', 'guest', 'letmein', 'login', 'mariadb', 'master', 'mysql', 'pass', 'password'],
  ...[
    'postgres',
    'qwerty',
    'redis',
    'root',
    'secret',
    'server',
    'sunshine',
    'test',
    'testing',
    'toor',
    'user',
  ],
  ...['1q2w3e4r', '1qaz2wsx', 'abc', 'asdfgh', 'q1w2e3r4', 'qazwsx', 'trustno', 'zaq12wsx', 'zxcvbn'],
  ...['welcome', 'iloveyou', 'monkey', 'dragon', 'football', 'baseball', 'qwertyuiop', 'superuser', 'system'],
]);

/** Letters that are often spelled by other signs: `P@ssw0rd`. */
const SPELLED: Readonly<Record<string, string>> = {
  '@': 'a',
  $: 's',
  '!': 'i',
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
};

/** `undefined`: it can be searched for. */
export function weaknessOf(value: string): Weakness | undefined {
  const text = value.replace(/[\r\n]/g, '');
  const [, word = ''] = /^([a-z0]*[a-z])[\d!.@#_-]{0,4}$/i.exec(text) ?? [];
  if (text.length < SHORTEST || isCommon(text)) return 'common';
  const isWord = word !== '' && text.length <= 14;
  const isNumber = /^[\d.:/ -]{1,12}$/.test(text);
  return isWord || isNumber || isSequence(text) ? 'plain' : undefined;
}

function isCommon(text: string): boolean {
  const lower = text.toLowerCase();
  const words = [lower, lower.replace(/[\d!.@#_-]{0,4}$/, '')];
  return words.some(
    (word) => COMMON.has(word) || COMMON.has(word.replace(/./g, (sign) => SPELLED[sign] ?? sign)),
  );
}

/** `123456`, `abcdef`, `fedcba`, `aaaaaa`. */
function isSequence(text: string): boolean {
  const steps = [...text]
    .slice(1)
    .map((character, index) => character.charCodeAt(0) - text.charCodeAt(index));
  return steps.every((step) => step === steps[0]) && Math.abs(steps[0] ?? 2) <= 1;
}
