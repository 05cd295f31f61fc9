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
  ...['frappe', 'guest', 'letmein', 'login', 'mariadb', 'master', 'mysql', 'pass', 'passw0rd', 'password'],
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
  ...['welcome', 'iloveyou', 'monkey', 'dragon', 'football', 'baseball', 'qwertyuiop', 'superuser', 'system'],
]);

/** `undefined`: it can be searched for. */
export function weaknessOf(value: string): Weakness | undefined {
  const text = value.replace(/[\r\n]/g, '');
  const [, word = ''] = /^([a-z0]*[a-z])[\d!.@#_-]{0,4}$/i.exec(text) ?? [];
  if (text.length < SHORTEST || COMMON.has(word.toLowerCase())) return 'common';
  const isWord = word !== '' && text.length <= 14;
  const isNumber = /^[\d.:/ -]{1,12}$/.test(text);
  return isWord || isNumber || isSequence(text) ? 'plain' : undefined;
}

/** `123456`, `abcdef`, `fedcba`, `aaaaaa`. */
function isSequence(text: string): boolean {
  const steps = [...text]
    .slice(1)
    .map((character, index) => character.charCodeAt(0) - text.charCodeAt(index));
  return steps.every((step) => step === steps[0]) && Math.abs(steps[0] ?? 2) <= 1;
}
