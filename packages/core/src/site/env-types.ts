import { isIP } from 'node:net';
import semver from 'semver';
import { z } from 'zod';

/** What a value of an env file must be. */
export interface EnvType {
  readonly schema: z.ZodType<string, string>;
  /** Follows "must be": `a whole number from 1 to 9`. */
  readonly shape: string;
}

type Options = ReadonlyMap<string, string>;

/**
 * The type that a `@type=` decorator names, in the words of @env-spec, and also `int`, `host` and `hostname`.
 * `undefined` when it is unknown.
 */
export function envTypeOf(written: string): EnvType | undefined {
  const [, name = '', inner = ''] = /^([A-Za-z][\w-]*)(?:\((.*)\))?$/s.exec(written.trim()) ?? [];
  const words = inner
    .split(',')
    .map((word) => word.trim().replace(/^(["'`])(.*)\1$/, '$2'))
    .filter((word) => word !== '');
  if (name === 'enum') return words.length === 0 ? undefined : oneOf(words);
  const make = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  return make?.(new Map(words.map((word) => [word.split('=')[0]?.trim() ?? '', unquote(word)])));
}

/**
 * The type that an example's value clearly has; `undefined` for anything else. A secret's example says nothing, and
 * neither does a version: `latest` is one too.
 */
export function inferEnvType(key: string, value: string): EnvType | undefined {
  if (value === 'true' || value === 'false') return TYPES.boolean?.(NO_OPTIONS);
  if (/^\d{1,15}$/.test(value) && !/^0\d/.test(value)) return TYPES.int?.(NO_OPTIONS);
  if (/^https?:\/\//.test(value)) return TYPES.url?.(new Map([['allowedProtocols', 'http https']]));
  if (EMAIL.test(value)) return TYPES.email?.(NO_OPTIONS);
  if (/^\d+\.\d+\.\d+(?:-[\w.-]+)?$/.test(value) && /_VERSION$/.test(key)) return VERSION;
  return undefined;
}

const NO_OPTIONS: Options = new Map();
const EMAIL = /^[^\s@]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/;
const HOST_LABELS =
  /^(?=.{1,253}$)[A-Za-z0-9_](?:[\w-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[\w-]*[A-Za-z0-9_])?)*$/;
const TRUTH = /^(?:true|false|t|f|yes|no|on|off|1|0)$/i;

/** A number with any number of dots: `3`, `3.14`, `3.14.2-rc1`, `v16.1.0`. */
const VERSION = check(
  (text) => /^v?\d+(?:\.\d+)*(?:[-+.]?[A-Za-z][\w.+-]*)?$/.test(text),
  'a version such as 1.2.3',
);

const TYPES: Readonly<Record<string, (options: Options) => EnvType>> = {
  string: stringType,
  number: (options) => numberType(options, options.get('isInt') === 'true'),
  int: (options) => numberType(options, true),
  boolean: () => check((text) => TRUTH.test(text), 'true or false'),
  url: urlType,
  email: () => check((text) => EMAIL.test(text), 'an e-mail address'),
  port: (options) => numberType(new Map([['min', '0'], ['max', '65535'], ...options]), true),
  semver: () => check((text) => semver.valid(text) === text, 'a semantic version such as 1.2.3'),
  host: () => HOST,
  hostname: () => HOST,
  domain: () => HOST,
  ip: () => check((text) => isIP(text) !== 0, 'an IP address'),
  uuid: () => check((text) => z.uuid().safeParse(text).success, 'a UUID'),
};

const HOST = check((text) => HOST_LABELS.test(text) || isIP(text) !== 0, 'a host name or an IP address');

function stringType(options: Options): EnvType {
  const exact = numberOf(options, 'isLength');
  const least = exact ?? numberOf(options, 'minLength') ?? 0;
  const most = exact ?? numberOf(options, 'maxLength') ?? Number.POSITIVE_INFINITY;
  const start = options.get('startsWith') ?? '';
  const end = options.get('endsWith') ?? '';
  const parts = ['a text'];
  if (exact !== undefined) parts.push(`of ${exact} characters`);
  else if (least > 0) parts.push(`of at least ${least} characters`);
  if (exact === undefined && most < Number.POSITIVE_INFINITY) parts.push(`of at most ${most} characters`);
  if (start !== '') parts.push(`that begins with ${start}`);
  if (end !== '') parts.push(`that ends with ${end}`);
  const isRight = (text: string) =>
    text.length >= least && text.length <= most && text.startsWith(start) && text.endsWith(end);
  return check(isRight, parts.join(' '));
}

function numberType(options: Options, isWhole: boolean): EnvType {
  const least = numberOf(options, 'min');
  const most = numberOf(options, 'max');
  const range = [
    least === undefined ? '' : ` from ${least}`,
    most === undefined ? '' : ` up to ${most}`,
  ].join('');
  return check(
    (text) => {
      const number = /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
      return (
        !Number.isNaN(number) &&
        (!isWhole || !text.includes('.')) &&
        number >= (least ?? Number.NEGATIVE_INFINITY) &&
        number <= (most ?? Number.POSITIVE_INFINITY)
      );
    },
    `a ${isWhole ? 'whole ' : ''}number${range}`,
  );
}

function urlType(options: Options): EnvType {
  const protocols = options
    .get('allowedProtocols')
    ?.split(/[\s,[\]]+/)
    .filter((word) => word !== '');
  const isAllowed = (url: URL) => protocols?.includes(url.protocol.replace(/:$/, '')) ?? true;
  const shape = protocols === undefined ? 'a URL' : `a URL with ${protocols.join(' or ')}`;
  return check((text) => URL.canParse(text) && !/\s/.test(text) && isAllowed(new URL(text)), shape);
}

function oneOf(words: readonly string[]): EnvType {
  return check((text) => words.includes(text), `one of ${words.join(', ')}`);
}

function check(isRight: (text: string) => boolean, shape: string): EnvType {
  return { schema: z.string().refine(isRight, shape), shape };
}

function numberOf(options: Options, name: string): number | undefined {
  const number = Number(options.get(name) ?? Number.NaN);
  return Number.isFinite(number) ? number : undefined;
}

function unquote(word: string): string {
  const value = word.split('=').slice(1).join('=').trim();
  return value === '' ? 'true' : value.replace(/^(["'`])(.*)\1$/, '$2');
}
