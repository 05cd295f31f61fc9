import { numbersOf, raise, type Version } from '../version.ts';
import type { VersionScheme } from '../version-scheme.ts';

const STEPS = ['major', 'minor', 'patch', 'revision'];
const NUMBER = '(?:0|[1-9]\\d{0,14})';
const REVISION = new RegExp(`^${NUMBER}(?:\\.${NUMBER}){2}(?:-${NUMBER})?$`);

/** The version of the upstream, and a revision of its packaging, as Debian has it: 15.2.3-1 is higher than 15.2.3. */
export const UPSTREAM_REVISION: VersionScheme = {
  shape: 'an upstream version with a revision such as 15.2.3-1, or without one, 15.2.3',
  example: '15.2.3-1',
  steps: ['revision', 'patch', 'minor', 'major'],
  parse,
  bump(from, step) {
    const [major, minor, patch, revision] = raise(numbersOf(from, 4), STEPS.indexOf(step));
    return `${major}.${minor}.${patch}${revision === 0 ? '' : `-${revision}`}`;
  },
  nearest(text) {
    const [, core = '', revision] = /^(\d+(?:\.\d+){0,2})(?:[.\-_+~](?:r|rev)?(\d+))?(?!\d)/.exec(text) ?? [];
    const [major, minor = 0, patch = 0] = core.split('.').map(Number);
    const version = `${major}.${minor}.${patch}${revision === undefined ? '' : `-${Number(revision)}`}`;
    return parse(version)?.text;
  },
};

function parse(text: string): Version | undefined {
  return REVISION.test(text) ? { text, numbers: text.split(/[.-]/).map(Number), prerelease: [] } : undefined;
}
