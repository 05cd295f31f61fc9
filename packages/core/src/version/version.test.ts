import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Bump, type BumpOptions, bumpVersion } from './bump.ts';
import { checkSiteVersion } from './check-site-version.ts';
import { sortVersions } from './schemes.ts';
import { findVersionFault, nextVersions } from './site-version.ts';
import { writeSiteVersion } from './write-site-version.ts';

test.each([
  ['1.2.3', undefined],
  ['0.0.1', undefined],
  ['1.2.3-rc.1', undefined],
  ['1.2.3-alpha-1.x', undefined],
  ['v1.2.3', 'prefixed'],
  ['=1.2.3', 'malformed'],
  [' 1.2.3', 'malformed'],
  ['1.2.3+build.5', 'build-metadata'],
  ['1.2', 'malformed'],
  ['1.2.3.4', 'malformed'],
  ['01.2.3', 'malformed'],
  ['1.2.3-01', 'malformed'],
  ['1.2.x', 'malformed'],
  ['latest', 'malformed'],
  ['', 'malformed'],
  ['1.2.3 ', 'malformed'],
  [`1.2.3-${'a'.repeat(130)}`, 'too-long'],
])('%j as a site version: %s', (text, fault) => {
  expect(findVersionFault(text, 'semver')).toBe(fault);
});

test('versions are sorted by precedence, and what is no version is left out', () => {
  const versions = ['1.10.0', 'latest', '1.10.0-rc.10', '1.9.0', '1.10.0-rc.2', 'v9.0.0', '1.10.0-rc'];
  expect(sortVersions(versions, 'semver')).toEqual([
    '1.9.0',
    '1.10.0-rc',
    '1.10.0-rc.2',
    '1.10.0-rc.10',
    '1.10.0',
  ]);
});

test.each([
  ['1.2.3', '1.2.4', '1.3.0', '2.0.0'],
  ['1.2.4-rc.1', '1.2.4', '1.3.0', '2.0.0'],
])('what follows %s', (last, patch, minor, major) => {
  expect(nextVersions(last, 'semver', new Date())).toEqual([
    { step: 'patch', version: patch },
    { step: 'minor', version: minor },
    { step: 'major', version: major },
  ]);
});

describe('checkSiteVersion', () => {
  const base = {
    scheme: 'semver' as const,
    recorded: ['1.0.0', '1.2.0'],
    tagged: ['1.1.0', '1.3.0', 'latest'],
    image: 'a/b',
    at: { file: '.env', line: 4, subject: 'DE_SITE_VERSION' },
  };
  test.each([
    ['1.3.1', []],
    ['2.0.0-rc.1', []],
    ['1.3.0', ['site-version-taken']],
    ['1.0.0', ['site-version-taken']],
    ['1.2.5', ['site-version-lower']],
    ['1.3.0-rc.1', ['site-version-lower']],
    ['v1.2.0', ['site-version-malformed']],
    ['1.3.0+5', ['site-version-malformed']],
    ['1.3', ['site-version-malformed']],
    ['latest', ['site-version-malformed']],
  ])('%s', (version, ids) => {
    const findings = checkSiteVersion({ ...base, version });
    expect(findings.map((finding) => finding.id)).toEqual(ids);
    for (const finding of findings) {
      expect(finding).toMatchObject({ severity: 'error', file: '.env', line: 4, subject: 'DE_SITE_VERSION' });
      expect(finding.fix).toMatch(/bump 1\.3\.1`.*bump 1\.4\.0`.*bump 2\.0\.0`/);
    }
  });

  test.each([
    ['v1.4.0', '1.4.0'],
    ['1.4.0+5', '1.4.0'],
    ['1.4', '1.4.0'],
  ])('the fix for %s is the version that is meant, if it is new: %s', (version, nearest) => {
    const [finding] = checkSiteVersion({ ...base, version });
    expect(finding).toMatchObject({
      id: 'site-version-malformed',
      fix: `Write \`DE_SITE_VERSION=${nearest}\`.`,
    });
  });

  test('names the last version, and where it is known from', () => {
    const why = (tagged: string[]) => checkSiteVersion({ ...base, tagged, version: '0.9.0' })[0]?.why;
    expect(why(['1.3.0'])).toBe('The last version is 1.3.0, which is a tag of a/b.');
    expect(why([])).toBe('The last version is 1.2.0, which is recorded.');
  });

  test('a first version may be any', () => {
    expect(checkSiteVersion({ ...base, version: '0.0.1', recorded: [], tagged: ['latest'] })).toEqual([]);
  });

  test('a malformed value is not repeated: it may be anything', () => {
    expect(JSON.stringify(checkSiteVersion({ ...base, version: 'ghp_secret' }))).not.toContain('ghp_secret');
  });
});

const bumped = (current: string, bump: Bump, options: Partial<BumpOptions> = {}) =>
  bumpVersion(current, bump, { scheme: 'semver', ...options });

describe('bumpVersion', () => {
  test.each([
    ['1.2.3', 'patch', '1.2.4'],
    ['1.2.3', 'next', '1.2.4'],
    ['1.2.3', 'minor', '1.3.0'],
    ['1.2.3', 'major', '2.0.0'],
    ['1.2.3', 'prerelease', '1.2.4-rc.0'],
    ['1.2.4-rc.0', 'prerelease', '1.2.4-rc.1'],
    ['1.2.4-beta.3', 'prerelease', '1.2.4-beta.4'],
    ['1.2.4-rc.1', 'patch', '1.2.4'],
    ['1.2.3', '1.5.0', '1.5.0'],
    ['not a version', '1.5.0', '1.5.0'],
  ])('%s, %s: %s', (current, bump, next) => {
    expect(bumped(current, bump)).toBe(next);
  });

  test('a step leads on from the last release, not from a version that was set back', () => {
    expect(bumped('1.0.0', 'patch', { released: ['1.4.2', 'latest'] })).toBe('1.4.3');
    expect(bumped('1.5.0', 'patch', { released: ['1.4.2'] })).toBe('1.5.1');
  });

  test.each([
    ['1.2.3', '1.2.3', 'site-version-not-higher'],
    ['1.2.3', '1.2.2', 'site-version-not-higher'],
    ['1.2.3', '1.2.3-rc.1', 'site-version-not-higher'],
    ['1.2.3', 'v1.3.0', 'site-version-malformed'],
    ['1.2.3', '1.3.0+5', 'site-version-malformed'],
    ['1.2.3', 'pacth', 'site-version-malformed'],
    ['1.2.3', 'revision', 'site-version-malformed'],
    ['x', 'patch', 'site-version-malformed'],
  ])('%s, %s is refused: %s', (current, bump, code) => {
    expect(() => bumped(current, bump)).toThrow(expect.objectContaining({ code }));
  });

  test('a malformed version is replaced by the step after the last release', () => {
    expect(bumped('v1.4', 'patch', { released: ['1.2.0', '1.3.0'] })).toBe('1.3.1');
  });

  test('going back is possible when forced', () => {
    expect(bumped('1.2.3', '1.2.2', { force: true })).toBe('1.2.2');
  });
});

describe('writeSiteVersion', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'de-build-version-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    ['plain', 'A=1\nDE_SITE_VERSION=1.0.0\nB=2\n', 'A=1\nDE_SITE_VERSION=1.0.1\nB=2\n'],
    ['at the end without a line break', 'DE_SITE_VERSION=1.0.0', 'DE_SITE_VERSION=1.0.1'],
    ['comment', 'DE_SITE_VERSION=1.0.0  # keep me\n', 'DE_SITE_VERSION=1.0.1  # keep me\n'],
    ['single quotes', "DE_SITE_VERSION='1.0.0' # x\n", "DE_SITE_VERSION='1.0.1' # x\n"],
    ['double quotes', 'DE_SITE_VERSION="1.0.0"\n', 'DE_SITE_VERSION="1.0.1"\n'],
    ['spaces and export', 'export DE_SITE_VERSION = 1.0.0 \n', 'export DE_SITE_VERSION = 1.0.1 \n'],
    ['CRLF and BOM', '\uFEFFDE_SITE_VERSION=1.0.0\r\nA=ü\r\n', '\uFEFFDE_SITE_VERSION=1.0.1\r\nA=ü\r\n'],
    ['empty', 'DE_SITE_VERSION=\nA=1\n', 'DE_SITE_VERSION=1.0.1\nA=1\n'],
    ['empty, CRLF', 'DE_SITE_VERSION=\r\nA=1\r\n', 'DE_SITE_VERSION=1.0.1\r\nA=1\r\n'],
    [
      'not the like-named',
      'OLD_DE_SITE_VERSION=1.0.0\n# DE_SITE_VERSION=1.0.0\nDE_SITE_VERSION=1.0.0\n',
      'OLD_DE_SITE_VERSION=1.0.0\n# DE_SITE_VERSION=1.0.0\nDE_SITE_VERSION=1.0.1\n',
    ],
    [
      'not within a value',
      'A="x\nDE_SITE_VERSION=9.9.9\n"\nDE_SITE_VERSION=1.0.0\n',
      'A="x\nDE_SITE_VERSION=9.9.9\n"\nDE_SITE_VERSION=1.0.1\n',
    ],
    ['malformed', 'DE_SITE_VERSION=v1\n', 'DE_SITE_VERSION=1.0.1\n'],
  ])('%s', async (_, before, after) => {
    const path = join(folder, '.env');
    writeFileSync(path, before);
    chmodSync(path, 0o640);
    await writeSiteVersion(path, { version: '1.0.1', scheme: 'semver' });
    expect(readFileSync(path, 'utf8')).toBe(after);
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(['.env']);
  });

  test('returns the previous version, and takes another key', async () => {
    const path = join(folder, '.env');
    writeFileSync(path, 'TAG=2.0.0\n');
    expect(await writeSiteVersion(path, { version: '2.1.0', scheme: 'semver', key: 'TAG' })).toBe('2.0.0');
  });

  test('a symbolic link stays one', async () => {
    writeFileSync(join(folder, 'real.env'), 'DE_SITE_VERSION=1.0.0\n');
    symlinkSync('real.env', join(folder, '.env'));
    await writeSiteVersion(join(folder, '.env'), { version: '1.0.1', scheme: 'semver' });
    expect(lstatSync(join(folder, '.env')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'real.env'), 'utf8')).toBe('DE_SITE_VERSION=1.0.1\n');
  });

  test.each([
    ['no such key', 'A=1\n', '1.0.1', 'site-version-unwritable'],
    ['twice', 'DE_SITE_VERSION=1.0.0\nDE_SITE_VERSION=1.0.0\n', '1.0.1', 'site-version-unwritable'],
    ['a variable', 'A=1.0.0\nDE_SITE_VERSION=${A}\n', '1.0.1', 'site-version-unwritable'],
    ['a comment for a value', 'DE_SITE_VERSION= # soon\n', '1.0.1', 'site-version-unwritable'],
    ['not UTF-8', Buffer.from('DE_SITE_VERSION=1.0.0\nA=\xff', 'latin1'), '1.0.1', 'site-version-unwritable'],
    ['a malformed version', 'DE_SITE_VERSION=1.0.0\n', '1.0.1\nX=1', 'site-version-malformed'],
  ])('refused, and the file is unchanged: %s', async (_, before, version, code) => {
    const path = join(folder, '.env');
    writeFileSync(path, before);
    await expect(writeSiteVersion(path, { version, scheme: 'semver' })).rejects.toMatchObject({ code });
    expect(readFileSync(path)).toEqual(Buffer.from(before as string));
  });

  test('no such file', async () => {
    await expect(
      writeSiteVersion(join(folder, '.env'), { version: '1.0.1', scheme: 'semver' }),
    ).rejects.toMatchObject({
      code: 'site-version-unwritable',
    });
  });
});
