import { compareVersions, type Version } from '../version.ts';
import type { VersionScheme } from '../version-scheme.ts';

/** A year of two digits is one from 20 on: 15.2.3 is no date. */
const CALVER = /^(?:\d{4}|[2-9]\d)(?:\.\d{1,9}){1,3}$/;

/** Dates, from the year on: 2026.11, 2026.01.05, and 2026.01.05.1 for the second release of a day. */
export const CALENDAR: VersionScheme = {
  shape: 'a date such as 2026.11.28, of two to four numeric parts that begin with the year',
  example: '2026.11.28',
  steps: ['date'],
  parse,
  bump(from, _step, today) {
    const date = dateLike(from, today);
    const dated = parse(date);
    if (dated !== undefined && compareVersions(dated, from) > 0) return date;
    const [year, month, day = '0', more = '0'] = parse(from.text) ? from.text.split('.') : from.numbers;
    return [year, month, day, Number(more) + 1].join('.');
  },
  nearest(text) {
    const apart = text.replace(/^(\d{4})(\d\d)(\d\d)(?!\d)/, '$1.$2.$3');
    const [numbers = ''] = /^\d+(?:[.\-_/+]\d+){0,3}(?!\d)/.exec(apart) ?? [];
    return parse(numbers.replace(/\D/g, '.'))?.text;
  },
};

function parse(text: string): Version | undefined {
  return CALVER.test(text) ? { text, numbers: text.split('.').map(Number), prerelease: [] } : undefined;
}

/** Today in UTC, as the version before is written: with a year of two digits, or without leading zeros. */
function dateLike({ text }: Version, today: Date): string {
  const before = CALVER.test(text) ? text : '';
  const isShort = /^\d\d\./.test(before);
  const isPlain = /^\d+\.(?:\d+\.)?\d(?:\.|$)/.test(before);
  const [year = '', month, day] = today.toISOString().slice(0, 10).split('-');
  const parts = isPlain ? [Number(month), Number(day)] : [month, day];
  return [isShort ? year.slice(2) : year, ...parts].join('.');
}
