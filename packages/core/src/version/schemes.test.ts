import { describe, expect, test } from '@jest/globals';
import { bumpVersion } from './bump.ts';
import { checkSiteVersion } from './check-site-version.ts';
import { isHigher, type SchemeName, schemeOf, sortVersions } from './schemes.ts';
import { isSiteVersion, nearestVersion } from './site-version.ts';

test.each<[SchemeName, string[], string[]]>([
  [
    'calver',
    ['2026.11', '2026.11.28', '2026.01.05', '2026.1.5', '2026.11.28.1', '26.11.28', '24.04'],
    [
      '2026',
      '2026.11.28.1.2',
      '2026-11-28',
      '2026.11.28-1',
      'v2026.11.28',
      '1.2.3',
      '15.2.3',
      '2026..1',
      '2026.11.28 ',
    ],
  ],
  [
    'revision',
    ['15.2.3', '15.2.3-1', '15.2.3-0', '15.2.3-12'],
    ['15.2', '15.2.3-rc.1', '15.2.3-01', '15.2.3-1-1', 'v15.2.3-1', '15.2.3.1', '015.2.3', '15.2.3+1'],
  ],
  [
    'four-part',
    ['1.2.3.4', '0.0.0.1'],
    ['1.2.3', '1.2.3.4.5', '1.2.3.04', '1.2.3-4', 'v1.2.3.4', '1.2.3.4-rc.1'],
  ],
])('%s', (scheme, right, wrong) => {
  expect(right.filter((text) => !isSiteVersion(text, scheme))).toEqual([]);
  expect(wrong.filter((text) => isSiteVersion(text, scheme))).toEqual([]);
  expect(isSiteVersion(schemeOf(scheme).example, scheme)).toBe(true);
  for (const text of right) expect(text).toMatch(/^[\w][\w.-]{0,127}$/);
});

test.each<[string, SchemeName, string[]]>([
  [
    'dates',
    'calver',
    ['2025.12.31', '2026.01.05', '2026.2', '2026.2.1', '2026.10.09', '2026.10.09.2', '2026.10.09.10'],
  ],
  [
    'a revision above its base',
    'revision',
    ['15.2.3', '15.2.3-1', '15.2.3-2', '15.2.3-10', '15.2.4', '15.10.0'],
  ],
  ['a pre-release below its release', 'semver', ['15.2.3-1', '15.2.3-2', '15.2.3-rc.1', '15.2.3', '15.2.4']],
  ['four numbers', 'four-part', ['1.2.3.4', '1.2.3.10', '1.2.4.0', '1.10.0.0', '2.0.0.0']],
  ['records of before the site had revisions', 'revision', ['15.2.2', '15.2.3-rc.1', '15.2.3', '15.2.3-1']],
  [
    'records of before the site had four numbers',
    'four-part',
    ['1.2.2', '1.2.3-rc.1', '1.2.3', '1.2.3.0', '1.2.4.0'],
  ],
  ['records of before the site had dates', 'calver', ['1.9.0', '1.10.0', '2026.01.05', '2026.11.28']],
  ['records of before the site had semantic versions', 'semver', ['2026.01.05', '2026.2.1-rc.1', '2026.2.1']],
])('the order: %s (%s)', (_, scheme, inOrder) => {
  expect(sortVersions(inOrder.toReversed(), scheme)).toEqual(inOrder);
  for (const [index, version] of inOrder.slice(1).entries())
    expect(isHigher(version, inOrder[index] ?? '', scheme)).toBe(true);
});

describe('bump', () => {
  const today = new Date('2026-01-05T10:00:00Z');
  test.each<[SchemeName, string, string, string]>([
    ['calver', '2025.12.31', 'next', '2026.01.05'],
    ['calver', '2025.12.31', 'date', '2026.01.05'],
    ['calver', '2026.01.05', 'date', '2026.01.05.1'],
    ['calver', '2026.01.05.1', 'date', '2026.01.05.2'],
    ['calver', '2026.01.05.9', 'next', '2026.01.05.10'],
    ['calver', '2025.9.3', 'date', '2026.1.5'],
    ['calver', '2026.1.5', 'date', '2026.1.5.1'],
    ['calver', '25.12.31', 'date', '26.01.05'],
    ['calver', '2026.01', 'date', '2026.01.05'],
    ['calver', '2026.02.01', 'date', '2026.02.01.1'],
    ['calver', '1.4.0', 'date', '2026.01.05'],
    ['calver', '15.2.3-2', 'date', '2026.01.05'],
    ['calver', '2026.01.05', '2026.01.06', '2026.01.06'],
    ['revision', '15.2.3', 'next', '15.2.3-1'],
    ['revision', '15.2.3-1', 'revision', '15.2.3-2'],
    ['revision', '15.2.3-9', 'revision', '15.2.3-10'],
    ['revision', '15.2.3-1', 'patch', '15.2.4'],
    ['revision', '15.2.3-1', 'minor', '15.3.0'],
    ['revision', '15.2.3-1', 'major', '16.0.0'],
    ['revision', '15.2.3', '15.2.3-1', '15.2.3-1'],
    ['four-part', '1.2.3.4', 'next', '1.2.3.5'],
    ['four-part', '1.2.3.4', 'build', '1.2.3.5'],
    ['four-part', '1.2.3.4', 'patch', '1.2.4.0'],
    ['four-part', '1.2.3.4', 'minor', '1.3.0.0'],
    ['four-part', '1.2.3.4', 'major', '2.0.0.0'],
    ['four-part', '1.2.3', 'build', '1.2.3.1'],
    ['semver', '1.2.3.4', 'patch', '1.2.4'],
    ['semver', '15.2.3-1', 'patch', '15.2.3'],
  ])('%s: %s, %s: %s', (scheme, current, bump, next) => {
    expect(bumpVersion(current, bump, { scheme, today })).toBe(next);
    expect(isSiteVersion(next, scheme)).toBe(true);
    expect(isHigher(next, current, scheme)).toBe(true);
  });

  test('leads on from the last release of the same day', () => {
    const released = ['2026.01.05', '2026.01.05.1'];
    expect(bumpVersion('2025.12.31', 'date', { scheme: 'calver', today, released })).toBe('2026.01.05.2');
  });

  test.each<[SchemeName, string, string, string]>([
    ['calver', '2026.01.05', 'patch', 'or one of next and date'],
    ['calver', '2026.01.05', 'v2026.01.06', 'Give 2026.01.06,'],
    ['revision', '15.2.3', 'v15.2.3-1', 'Give 15.2.3-1,'],
    ['four-part', '1.2.3.4', '1.2.4', 'Give 1.2.4.0,'],
    ['revision', 'v15.2.3-1', 'revision', 'Give 15.2.3-1.'],
  ])('%s: %s, %s is refused', (scheme, current, bump, fix) => {
    expect(() => bumpVersion(current, bump, { scheme, today })).toThrow(
      expect.objectContaining({ code: 'site-version-malformed', fix: expect.stringContaining(fix) }),
    );
  });

  test.each<[SchemeName, string, string]>([
    ['revision', '15.2.3-2', '15.2.3-1'],
    ['revision', '15.2.3-1', '15.2.3'],
    ['calver', '2026.01.05', '2026.1.5'],
    ['semver', '15.2.3', '15.2.3-1'],
  ])('%s: from %s to %s is not up', (scheme, current, bump) => {
    expect(() => bumpVersion(current, bump, { scheme, today })).toThrow(
      expect.objectContaining({ code: 'site-version-not-higher' }),
    );
  });
});

test.each<[SchemeName, string, string | undefined]>([
  ['semver', 'v15.2.3-1', '15.2.3-1'],
  ['semver', 'V1.2.3', '1.2.3'],
  ['semver', '= 1.2.3', '1.2.3'],
  ['semver', ' 1.2.3 ', '1.2.3'],
  ['semver', 'release-1.2.3', '1.2.3'],
  ['semver', '1.2', '1.2.0'],
  ['semver', '01.2.3', '1.2.3'],
  ['semver', '1.2.3.4', '1.2.3'],
  ['semver', '1.2.3-rc.01', '1.2.3-rc.1'],
  ['semver', '1.2.3rc1', '1.2.3-rc1'],
  ['semver', '1.2.3+5', '1.2.3'],
  ['semver', '2026.01.05', '2026.1.5'],
  ['semver', 'latest', undefined],
  ['semver', 'ghp_1secret', undefined],
  ['semver', '8f3a77c2', undefined],
  ['semver', '123456789012', undefined],
  ['semver', '', undefined],
  ['calver', 'v2026.11.28', '2026.11.28'],
  ['calver', '2026-11-28', '2026.11.28'],
  ['calver', '20261128', '2026.11.28'],
  ['calver', '2026.11.28-1', '2026.11.28.1'],
  ['calver', '2026.11.28.1.2', '2026.11.28.1'],
  ['calver', '2026', undefined],
  ['calver', '1.2.3', undefined],
  ['revision', 'v15.2.3-1', '15.2.3-1'],
  ['revision', '15.2.3.1', '15.2.3-1'],
  ['revision', '15.2.3-r1', '15.2.3-1'],
  ['revision', '15.2.3-01', '15.2.3-1'],
  ['revision', '15.2-1', '15.2.0-1'],
  ['revision', '15.2.3+2', '15.2.3-2'],
  ['revision', '15.2.3-rc.1', '15.2.3'],
  ['four-part', 'v1.2.3.4', '1.2.3.4'],
  ['four-part', '1.2.3-4', '1.2.3.4'],
  ['four-part', '1.2.3', '1.2.3.0'],
  ['four-part', '1.2.3.04', '1.2.3.4'],
  ['four-part', 'latest', undefined],
])('%s: %j is meant as %s', (scheme, text, nearest) => {
  expect(nearestVersion(text, scheme)).toBe(nearest);
});

describe('checkSiteVersion', () => {
  const base = { recorded: [], tagged: [], image: 'a/b', at: { file: '.env', subject: 'DE_SITE_VERSION' } };
  const check = (scheme: SchemeName, version: string, recorded: string[] = [], tagged: string[] = []) =>
    checkSiteVersion({ ...base, scheme, version, recorded, tagged, today: new Date('2026-01-05T10:00:00Z') });

  test.each<[SchemeName, string, string[], string[]]>([
    ['revision', '15.2.3-1', ['15.2.3'], ['15.2.4-rc.1', '2026.01.05', 'latest']],
    ['calver', '2026.01.05', ['2025.12.31', '1.4.0'], ['9999']],
    ['calver', '2026.01.05.1', ['2026.01.05'], []],
    ['four-part', '1.2.3.10', ['1.2.3.9', '1.2.3'], ['1.2.4']],
  ])('%s: %s is new', (...given) => {
    expect(check(...given)).toEqual([]);
  });

  test.each<[SchemeName, string, string[], string, string]>([
    ['revision', '15.2.3', ['15.2.3-1'], 'site-version-lower', 'bump 15.2.3-2'],
    ['revision', '15.2.3-1', ['15.2.3-1'], 'site-version-taken', 'bump 15.2.3-2'],
    ['calver', '2025.12.30', ['2025.12.31'], 'site-version-lower', 'bump 2026.01.05'],
    ['calver', '2026.1.5', ['2026.01.05'], 'site-version-lower', 'bump 2026.01.05.1'],
    ['four-part', '1.2.3.4', ['1.2.4'], 'site-version-lower', 'bump 1.2.4.1'],
    ['revision', 'v15.2.3-1', ['15.2.3'], 'site-version-malformed', '=15.2.3-1'],
    ['revision', 'v15.2.3-1', [], 'site-version-malformed', '=15.2.3-1'],
    ['revision', 'v15.2.3-1', ['15.2.3-1'], 'site-version-malformed', 'bump 15.2.3-2'],
    ['calver', 'latest', [], 'site-version-malformed', '=2026.11.28'],
  ])('%s: %s after %j: %s', (scheme, version, recorded, id, fix) => {
    const findings = check(scheme, version, recorded);
    expect(findings).toMatchObject([{ id, fix: expect.stringContaining(fix) }]);
    expect(findings[0]?.fix).not.toContain('1.0.0');
  });

  test.each<[string, string[], SchemeName]>([
    ['15.2.3-1', ['15.2.3'], 'revision'],
    ['1.2.3.4', ['1.2.2'], 'four-part'],
    ['2026.01.05', [], 'calver'],
  ])('as a semantic version, %s after %j is refused, and %s is named', (version, recorded, scheme) => {
    expect(check('semver', version, recorded)[0]?.fix).toContain(`"versionScheme": "${scheme}"`);
  });

  test('what is wrong in every scheme proposes none', () => {
    expect(check('semver', '1.2.0', ['1.3.0'])[0]?.fix).not.toContain('versionScheme');
  });

  test('a scheme that the site chose counts more than the type in the example', () => {
    expect(check('calver', 'v1.0')[0]?.why).toContain('whatever `@type` the example names');
    expect(check('semver', 'v1.0')[0]?.why).not.toContain('versionScheme');
  });
});
