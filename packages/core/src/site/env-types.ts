import { isIP } from 'node:net';
import { z } from 'zod';
import { parseJson } from '../parse-json.ts';
import { schemeOf } from '../version/schemes.ts';
import { type EnvExpression, readExpression } from './env-expression.ts';
import {
  check,
  domainType,
  durationType,
  EMAIL,
  type EnvType,
  HOST,
  isUrl,
  numberType,
  stringType,
  TRUTH,
  urlType,
  VERSION,
} from './env-scalar-types.ts';
import { createOptions, type TypeOptions } from './env-type-options.ts';

/** Why a written type is not checked: what of it is not known, or is decided elsewhere. */
export interface UnknownType {
  /** `type colour`, `option minDots`. */
  readonly unknown: string;
}

/**
 * The type that a `@type=` decorator names, by the data types of @env-spec (varlock's reference of June 2026), and also `int`,
 * `host` and `hostname`. Where an option is not known, or a function decides it, nothing is checked.
 */
export function envTypeOf(written: string): EnvType | UnknownType {
  const read = readExpression(written.trim());
  return read === undefined ? { unknown: `value ${JSON.stringify(written)}` } : typeOf(read.value);
}

function typeOf(value: EnvExpression): EnvType | UnknownType {
  if (value.kind !== 'text' && value.kind !== 'call') return { unknown: 'value' };
  const name = value.kind === 'text' ? value.text : value.name;
  const args = value.kind === 'text' ? [] : value.args;
  const definition = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (definition === undefined) return { unknown: `type ${name}` };
  const options = createOptions(args);
  const made = definition(options);
  const unknown = options.unknown();
  if (unknown !== undefined) return { unknown: `option ${unknown}` };
  return made ?? { unknown: `type ${name}, as it is written` };
}

/**
 * The type that an example's value clearly has; `undefined` for anything else. A secret's example says nothing, and
 * neither does a version: `latest` is one too.
 */
export function inferEnvType(key: string, value: string): EnvType | undefined {
  const guess = (name: string) => TYPES[name]?.(createOptions([]));
  if (value === 'true' || value === 'false') return guess('boolean');
  if (/^\d{1,15}$/.test(value) && !/^0\d/.test(value)) return /PORT$/.test(key) ? PUBLISHED : QUANTITY;
  if (/^https?:\/\//.test(value))
    return check((text) => isUrl(text, ['http', 'https']), 'a URL with http or https');
  if (EMAIL.test(value)) return guess('email');
  if (/^\d+\.\d+\.\d+(?:-[\w.-]+)?$/.test(value) && /_VERSION$/.test(key)) return VERSION;
  return undefined;
}

/** As Compose publishes ports: https://docs.docker.com/reference/compose-file/services/#ports */
const PUBLISHED = check(
  (text) => /^(?:(?:\[[\da-f:]+\]|[\w.-]+):)?\d{1,5}(?:-\d{1,5})?(?:\/(?:tcp|udp))?$/i.test(text),
  'a port, with or without an address before it',
);
/** nginx and others take units of time and size. */
const QUANTITY = check(
  (text) => /^-?\d+(?:ms|[smhdwy]|[kmgt]i?b?)?$/i.test(text),
  'a whole number, with or without a unit',
);

const TYPES: Readonly<Record<string, (options: TypeOptions) => EnvType | undefined>> = {
  string: stringType,
  number: (options) => numberType(options, false),
  int: (options) => numberType(options, true),
  boolean: () => check((text) => TRUTH.test(text.trim()), 'true or false'),
  url: urlType,
  domain: domainType,
  email: (options) => {
    options.flag('normalize');
    return check((text) => EMAIL.test(text), 'an e-mail address');
  },
  port: (options) => {
    const [least, most] = [options.number('min') ?? 0, options.number('max') ?? 65_535];
    const isPort = (text: string) => /^\d{1,5}$/.test(text) && Number(text) >= least && Number(text) <= most;
    return check(isPort, `a whole number from ${least} up to ${most}`);
  },
  semver: (options) => {
    options.flag('normalize');
    return check((text) => schemeOf('semver').parse(text) !== undefined, 'a semantic version such as 1.2.3');
  },
  host: () => HOST,
  hostname: () => HOST,
  ip: (options) => {
    options.flag('normalize');
    const version = options.number('version');
    const isRight = (text: string) => (version === undefined ? isIP(text) !== 0 : isIP(text) === version);
    return check(isRight, `an IP${version === undefined ? '' : `v${version}`} address`);
  },
  isoDate: () =>
    check(
      (text) =>
        /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/.test(text) &&
        !Number.isNaN(Date.parse(text)),
      'a date such as 2026-11-28',
    ),
  uuid: () => check((text) => z.uuid().safeParse(text).success, 'a UUID'),
  md5: () => check((text) => /^[0-9a-f]{32}$/i.test(text), 'an MD5 digest'),
  enum: ({ positional }) => {
    const words = positional.map((value) => (value.kind === 'text' ? value.text : undefined));
    const isKnown = words.every((word) => word !== undefined && !word.startsWith('$'));
    if (words.length === 0 || !isKnown) return undefined;
    return check((text) => words.includes(text), `one of ${words.join(', ')}`);
  },
  duration: durationType,
  array: arrayType,
  record: recordType,
  'simple-object': recordType,
};

function arrayType(options: TypeOptions): EnvType | undefined {
  const [element] = options.positional;
  const type = element === undefined ? undefined : typeOf(element);
  const separator = options.text('separator') ?? ',';
  options.text('format');
  const [exact, min, max] = ['isLength', 'minLength', 'maxLength'].map((name) => options.number(name));
  const isUnique = options.flag('unique');
  if (type !== undefined && 'unknown' in type) return undefined;
  const itemsOf = (text: string): readonly unknown[] => {
    const json = parseJson(text);
    if (Array.isArray(json)) return json;
    const [, inner] = /^\[(.*)\]$/s.exec(text.trim()) ?? [];
    return (inner ?? text)
      .split(inner === undefined ? separator : ',')
      .map((item) => item.trim().replace(/^(["'`])(.*)\1$/s, '$2'))
      .filter((item) => item !== '');
  };
  const isRight = (text: string) => {
    const items = itemsOf(text);
    const hasLength =
      exact === undefined
        ? items.length >= (min ?? 1) && items.length <= (max ?? Number.POSITIVE_INFINITY)
        : items.length === exact;
    const isEach = items.every((item) => type === undefined || type.schema.safeParse(String(item)).success);
    return hasLength && isEach && !(isUnique && new Set(items).size < items.length);
  };
  return check(isRight, `a list${type === undefined ? '' : `, each ${type.shape}`}`);
}

function recordType(options: TypeOptions): EnvType | undefined {
  const [element] = options.positional;
  const [type, keyExpression] = [element && typeOf(element), options.nested('keyType')];
  const keyType = keyExpression && typeOf(keyExpression);
  const [exact, min, max] = ['entriesIsLength', 'entriesMinLength', 'entriesMaxLength'].map((name) =>
    options.number(name),
  );
  if ((type && 'unknown' in type) || (keyType && 'unknown' in keyType)) return undefined;
  const fits = (one: EnvType | undefined, value: unknown) =>
    one?.schema.safeParse(String(value)).success ?? true;
  const isRight = (text: string) => {
    const json = parseJson(text);
    // `{a=b}` is a literal of the convention.
    if (json === undefined) return readExpression(text.trim())?.value.kind === 'record';
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return false;
    const entries = Object.entries(json);
    const hasLength =
      exact === undefined
        ? entries.length >= (min ?? 0) && entries.length <= (max ?? Number.POSITIVE_INFINITY)
        : entries.length === exact;
    return hasLength && entries.every(([key, value]) => fits(keyType, key) && fits(type, value));
  };
  return check(isRight, 'an object, as JSON');
}
