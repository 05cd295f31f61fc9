import { numbersOf, raise, type Version } from '../version.ts';
import type { VersionScheme } from '../version-scheme.ts';

const STEPS = ['major', 'minor', 'patch', 'build'];
const FOUR_PART = /^(?:0|[1-9]\d{0,14})(?:\.(?:0|[1-9]\d{0,14})){3}$/;

/** Four numbers: 1.2.3.4. */
export const FOUR_NUMBERS: VersionScheme = {
  shape: 'four numbers such as 1.2.3.4',
  example: '1.2.3.4',
  steps: ['build', 'patch', 'minor', 'major'],
  parse,
  bump(from, step) {
    return raise(numbersOf(from, 4), STEPS.indexOf(step)).join('.');
  },
  nearest(text) {
    const numbers = (/^\d+(?:[.\-_+]\d+){0,3}(?!\d)/.exec(text)?.[0] ?? '').split(/[.\-_+]/).map(Number);
    const version = [...numbers, 0, 0, 0].slice(0, 4).join('.');
    return parse(version)?.text;
  },
};

function parse(text: string): Version | undefined {
  return FOUR_PART.test(text) ? { text, numbers: text.split('.').map(Number), prerelease: [] } : undefined;
}
