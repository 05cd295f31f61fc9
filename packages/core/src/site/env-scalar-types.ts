import { isIP } from 'node:net';
import { z } from 'zod';
import type { TypeOptions } from './env-type-options.ts';

/** What a value of an env file must be. */
export interface EnvType {
  readonly schema: z.ZodType<string, string>;
  /** Follows "must be": `a whole number from 1 to 9`. */
  readonly shape: string;
}

export const EMAIL = /^[^\s@]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/;
const HOST_LABELS =
  /^(?=.{1,253}$)[A-Za-z0-9_](?:[\w-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[\w-]*[A-Za-z0-9_])?)*$/;
export const TRUTH = /^(?:true|false|t|f|yes|no|on|off|1|0)$/i;

/** A number with any number of dots: `3`, `3.14`, `3.14.2-rc1`, `v16.1.0`. */
export const VERSION = check(
  (text) => /^v?\d+(?:\.\d+)*(?:[-+.]?[A-Za-z][\w.+-]*)?$/.test(text),
  'a version such as 1.2.3',
);
export const HOST = check(
  (text) => HOST_LABELS.test(text) || isIP(text) !== 0,
  'a host name or an IP address',
);

export function stringType(options: TypeOptions): EnvType {
  const exact = options.number('isLength');
  const [minimum, maximum] = [options.number('minLength'), options.number('maxLength')];
  const least = exact ?? minimum ?? 0;
  const most = exact ?? maximum ?? Number.POSITIVE_INFINITY;
  const start = options.text('startsWith') ?? '';
  const end = options.text('endsWith') ?? '';
  const pattern = options.pattern('matches');
  const [isUpper, isLower] = [options.flag('toUpperCase'), options.flag('toLowerCase')];
  options.flag('allowEmpty');
  const parts = ['a text'];
  if (exact !== undefined) parts.push(`of ${exact} characters`);
  else if (least > 0) parts.push(`of at least ${least} characters`);
  if (exact === undefined && most < Number.POSITIVE_INFINITY) parts.push(`of at most ${most} characters`);
  if (start !== '') parts.push(`that begins with ${start}`);
  if (end !== '') parts.push(`that ends with ${end}`);
  if (pattern !== undefined) parts.push(`that matches ${pattern}`);
  const isRight = (written: string) => {
    const text = isUpper ? written.toUpperCase() : isLower ? written.toLowerCase() : written;
    const hasLength = text.length >= least && text.length <= most;
    return hasLength && text.startsWith(start) && text.endsWith(end) && (pattern?.test(text) ?? true);
  };
  return check(isRight, parts.join(' '));
}

export function numberType(options: TypeOptions, isInt: boolean): EnvType {
  const isWhole = isInt || options.flag('isInt');
  const [min, max, divisor] = [options.number('min'), options.number('max'), options.number('isDivisibleBy')];
  // A value is rounded, or moved into the range.
  options.number('precision');
  const isMoved = options.flag('coerceToMinMaxRange');
  const [least, most] = isMoved ? [undefined, undefined] : [min, max];
  const range = [
    least === undefined ? '' : ` from ${least}`,
    most === undefined ? '' : ` up to ${most}`,
    divisor === undefined ? '' : ` that ${divisor} divides`,
  ].join('');
  return check(
    (text) => {
      const number = /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
      return (
        !Number.isNaN(number) &&
        (!isWhole || !text.includes('.')) &&
        number >= (least ?? Number.NEGATIVE_INFINITY) &&
        number <= (most ?? Number.POSITIVE_INFINITY) &&
        (divisor === undefined || number % divisor === 0)
      );
    },
    `a ${isWhole ? 'whole ' : ''}number${range}`,
  );
}

export function urlType(options: TypeOptions): EnvType {
  const prepends = options.flag('prependHttps');
  const protocols = options.list('allowedProtocols')?.map((name) => name.toLowerCase().replace(/:$/, ''));
  const domains = options.list('allowedDomains')?.map((name) => name.toLowerCase());
  const noSlash = options.flag('noTrailingSlash');
  const pattern = options.pattern('matches');
  const shape = [
    'a URL',
    ...(prepends ? [', with or without https://'] : []),
    ...(protocols === undefined ? [] : [` with ${protocols.join(' or ')}`]),
    ...(domains === undefined ? [] : [` of ${domains.join(' or ')}`]),
    ...(noSlash ? [' without a slash at its end'] : []),
    ...(pattern === undefined ? [] : [` that matches ${pattern}`]),
  ].join('');
  return check((written) => {
    const text = prepends && !/^[a-z][a-z0-9+.-]*:\/\//i.test(written) ? `https://${written}` : written;
    if (!isUrl(text, protocols)) return false;
    const { host, hostname } = new URL(text);
    const isOf = domains?.some((domain) => domain === hostname || domain === host) ?? true;
    return isOf && !(noSlash && text.endsWith('/')) && (pattern?.test(text) ?? true);
  }, shape);
}

export function isUrl(text: string, protocols: readonly string[] | undefined): boolean {
  if (!URL.canParse(text) || /\s/.test(text)) return false;
  return protocols?.includes(new URL(text).protocol.replace(/:$/, '')) ?? true;
}

export function domainType(options: TypeOptions): EnvType {
  const allows = (name: string) => options.flag(name);
  const [hasWildcard, isSingle, isAddress] = ['allowWildcard', 'allowSingleLabel', 'allowIp'].map(allows);
  options.flag('normalize');
  const pattern = options.pattern('matches');
  const isRight = (text: string) => {
    if (isIP(text) === 4) return isAddress === true;
    const name = hasWildcard ? text.replace(/^\*\./, '') : text;
    const isName = HOST_LABELS.test(name) && (isSingle || name.includes('.'));
    return isName && (pattern?.test(text) ?? true);
  };
  const shape = [
    'a domain',
    ...(hasWildcard ? [', also with *. before it'] : []),
    ...(isAddress ? [', or an IPv4 address'] : []),
    ...(pattern === undefined ? [] : [` that matches ${pattern}`]),
  ];
  return check(isRight, shape.join(''));
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ '': 1, ms: 1, millisecond: 1, milliseconds: 1 },
  ...{ s: 1e3, sec: 1e3, secs: 1e3, second: 1e3, seconds: 1e3 },
  ...{ m: 6e4, min: 6e4, mins: 6e4, minute: 6e4, minutes: 6e4 },
  ...{ h: 36e5, hr: 36e5, hrs: 36e5, hour: 36e5, hours: 36e5 },
  ...{ d: 864e5, day: 864e5, days: 864e5, w: 6048e5, week: 6048e5, weeks: 6048e5 },
};

function millisecondsOf(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}

export function durationType(options: TypeOptions): EnvType | undefined {
  options.text('output');
  const bound = (name: string) => {
    const written = options.text(name);
    return written === undefined ? undefined : { written, ms: millisecondsOf(written) };
  };
  const [least, most] = [bound('min'), bound('max')];
  const range = [
    least === undefined ? '' : ` from ${least.written}`,
    most === undefined ? '' : ` up to ${most.written}`,
  ].join('');
  const isRight = (text: string) => {
    const ms = millisecondsOf(text);
    return ms !== undefined && ms >= (least?.ms ?? 0) && ms <= (most?.ms ?? Number.POSITIVE_INFINITY);
  };
  return check(isRight, `a duration such as 30s or 2h${range}`);
}

export function check(isRight: (text: string) => boolean, shape: string): EnvType {
  return { schema: z.string().refine(isRight, shape), shape };
}
