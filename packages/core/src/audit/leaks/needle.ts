import { encodedBytes, type SecretForm } from '../../secrets/forms/encoded-forms.ts';
import { SHORTEST_SECRET } from '../../secrets/redactor.ts';
import type { Secret } from '../../secrets/secret.ts';
import { weaknessOf } from '../../secrets/weak-value.ts';

/** A sequence of bytes that reveals a secret. */
export interface Needle {
  /** The keys of `.env` that hold the secret. */
  readonly secret: string;
  readonly form: SecretForm;
  readonly bytes: Buffer;
  /** The value is so ordinary that it may be somewhere by chance. */
  readonly isWeak: boolean;
  /** Base64 with its characters reversed. */
  readonly isReversed: boolean;
}

/** A value below that is too easily guessed or met by chance: eight random letters and digits have 41 bits. */
const STRONG_BITS = 50;

/** Every form of every secret, each sequence once. A value that holds another one is left out: the other is found instead. */
export function needlesOf(secrets: readonly Secret[]): readonly Needle[] {
  const names = namesByValue(secrets);
  const needles = new Map<string, Needle>();
  for (const [value, secret] of names) {
    if (weaknessOf(value) !== undefined || holdsAnother(value, names.keys())) continue;
    const isWeak = isGuessable(value);
    for (const { form, bytes } of encodedBytes(value)) {
      const versions = isBase64(form) ? [bytes, Buffer.from(bytes).reverse()] : [bytes];
      for (const [index, version] of versions.entries()) {
        const key = version.toString('latin1');
        if (version.length < SHORTEST_SECRET || needles.has(key)) continue;
        needles.set(key, { secret, form, bytes: version, isWeak, isReversed: index === 1 });
      }
    }
  }
  return [...needles.values()];
}

function namesByValue(secrets: readonly Secret[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const secret of secrets) {
    const value = secret.reveal();
    const known = names.get(value);
    if (known?.split(', ').includes(secret.name)) continue;
    names.set(value, known === undefined ? secret.name : `${known}, ${secret.name}`);
  }
  return names;
}

function holdsAnother(value: string, values: Iterable<string>): boolean {
  for (const other of values) {
    if (other !== value && !isGuessable(other) && value.includes(other)) return true;
  }
  return false;
}

/** Words, dates and the like, which files hold by chance. */
function isGuessable(value: string): boolean {
  const kinds: readonly (readonly [RegExp, number])[] = [
    [/[0-9]/, 10],
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/[^0-9a-zA-Z]/, 32],
  ];
  const alphabet = kinds.reduce((sum, [kind, size]) => sum + (kind.test(value) ? size : 0), 0);
  const isWord = /^[a-z]+$/i.test(value);
  // A repeated character adds nothing, and a letter of a word about two bits.
  const length = value.replace(/(.)\1+/gs, '$1').length;
  return length * (isWord ? 2 : Math.log2(Math.max(alphabet, 2))) < STRONG_BITS;
}

function isBase64(form: SecretForm): boolean {
  return form === 'base64' || form === 'base64url';
}
