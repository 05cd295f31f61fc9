const HOSTS = [
  'docker.io',
  'index.docker.io',
  'localhost',
  'registry.example.com',
  'registry:5000',
  '127.0.0.1:5000',
  '[::1]',
  '[fc00::1]:5000',
  '[2001:DB8::1]',
  '[::ffff:1.2.3.4]:1',
  '[fe80::1%eth0]:5000',
  'Registry.Example.com',
  'REGISTRY',
  'a-b.c--d',
  'xn--n3h.com',
  '1.2',
  'a.',
  '.a',
  '-a.b',
  'a-.b',
  'a_b.c',
  'a..b',
  'a:',
  'a:x',
  'a:00080',
  'a:1:2',
  '[]',
  '[::1',
  '::1',
];
const COMPONENTS = [
  'a',
  '0',
  'erp',
  'acme',
  'library',
  'sha256',
  'sha512',
  'a.b',
  'a_b',
  'a__b',
  'a-b',
  'a---b',
  'a___b',
  'a..b',
  'a._b',
  'a-_b',
  'A',
  'aB',
  '-a',
  'a-',
  '_a',
  'a_',
  '.a',
  'a.',
  '',
  'é',
  'a b',
  'a%b',
  'a+b',
  'localhost',
  'docker.io',
  'a~b',
  '..',
  '.',
];
const TAGS = [
  '1',
  'latest',
  'v1.4.0',
  '1.4.0-rc.1',
  '_a',
  '-a',
  '.a',
  'A',
  'a_b',
  'a-',
  'a..',
  '',
  'é',
  'a b',
  '1+2',
  'a:b',
];
const SIGNS = 'aZ09._-/:@[]+~ ';
const HEX = '0123456789abcdef';

/** A name of an image, as Docker's grammar has it or nearly so; always the same for the same numbers. */
export function randomImageName(random: () => number): string {
  const pick = <T>(from: ArrayLike<T>): T => from[Math.floor(random() * from.length)] as T;
  const letters = (length: number, from = 'abcdefghijklmnopqrstuvwxyz0123456789') =>
    Array.from({ length }, () => pick(from)).join('');
  const component = () => (random() < 0.5 ? letters(1 + Math.floor(random() * 9)) : pick(COMPONENTS));
  const long = () => {
    const length = pick([63, 64, 65, 246, 247, 248, 254, 255, 256]);
    return random() < 0.3
      ? letters(length, HEX)
      : `${component()}/${letters(length)}`.slice(-length).replace(/^\//, 'a');
  };
  const path = () =>
    random() < 0.1 ? long() : Array.from({ length: pick([1, 1, 1, 2, 2, 3, 5]) }, component).join('/');
  const name = random() < 0.5 ? path() : `${pick(HOSTS)}/${path()}`;
  if (random() < 0.8) return name;
  const at = Math.floor(random() * (name.length + 1));
  return `${name.slice(0, at)}${random() < 0.5 ? pick(SIGNS) : ''}${name.slice(at + (random() < 0.5 ? 1 : 0))}`;
}

/** The same with a tag, a digest, or both. */
export function randomReference(random: () => number): string {
  const pick = <T>(from: ArrayLike<T>): T => from[Math.floor(random() * from.length)] as T;
  const digits = (length: number, from = HEX) => Array.from({ length }, () => pick(from)).join('');
  const tag = random() < 0.3 ? digits(pick([127, 128, 129])) : pick(TAGS);
  const digest =
    random() < 0.7
      ? `sha256:${digits(64)}`
      : pick([
          `sha256:${digits(63)}`,
          `sha256:${digits(64, 'ABCDEF')}`,
          `md5:${digits(32)}`,
          'sha256',
          `sha256:${digits(65)}`,
        ]);
  const roll = random();
  const name =
    random() < 0.7
      ? pick(['erp', 'acme/erp', 'registry:5000/erp', '[fc00::1]:5000/a/b', 'Registry.x/a'])
      : randomImageName(random);
  return `${name}${roll < 0.7 ? `:${tag}` : ''}${roll > 0.5 ? `@${digest}` : ''}`;
}
