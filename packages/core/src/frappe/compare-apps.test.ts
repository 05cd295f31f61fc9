import { describe, expect, test } from '@jest/globals';
import {
  assertSameApps,
  compareApps,
  type ExpectedApp,
  type FoundApp,
  unplannedApps,
} from './compare-apps.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const TAG = 'c'.repeat(40);

const planned = (name: string, commit = A, tagObject?: string): ExpectedApp => ({
  name,
  ref: 'version-15',
  commit,
  ...(tagObject === undefined ? {} : { tagObject }),
});

const found = (name: string, commit: string | undefined = A): FoundApp => ({
  name,
  commit,
  branch: 'version-15',
  version: '1.0.0',
  isRepository: true,
});

const unrecorded = (name: string): FoundApp => ({ ...found(name), commit: undefined });

const inImage = (...apps: FoundApp[]) => new Map(apps.map((app) => [app.name, app]));

describe('compareApps', () => {
  test.each<[string, ExpectedApp[], FoundApp[], string[]]>([
    ['the same commit', [planned('erpnext')], [found('erpnext')], []],
    ['the tag object of an annotated tag', [planned('erpnext', A, TAG)], [found('erpnext', TAG)], []],
    ['the commit of an annotated tag', [planned('erpnext', A, TAG)], [found('erpnext', A)], []],
    ['another commit', [planned('erpnext')], [found('erpnext', B)], ['other-commit']],
    ['an app that is missing', [planned('erpnext'), planned('hrms')], [found('hrms')], ['missing']],
    ['an app more', [planned('erpnext')], [found('erpnext'), found('payments', B)], ['unexpected']],
    ['an app without a commit', [planned('frappe')], [unrecorded('frappe')], ['unrecorded']],
    ['a package that has an underscore', [planned('my-app')], [found('my_app')], []],
    ['a package that has another name, by its commit', [planned('repo')], [found('app')], []],
    ['two apps with one commit', [planned('x'), planned('y')], [found('y'), found('z')], []],
    ['a renamed app at another commit', [planned('repo')], [found('app', B)], ['missing', 'unexpected']],
  ])('%s', (_, plan, apps, kinds) => {
    expect(compareApps(plan, inImage(...apps)).map(({ kind }) => kind)).toEqual(kinds);
  });
});

describe('assertSameApps', () => {
  const assert = (plan: ExpectedApp[], ...apps: FoundApp[]) =>
    assertSameApps(compareApps(plan, inImage(...apps)));

  test('accepts what was not planned, and frappe without a commit', () => {
    assert([planned('frappe'), planned('erpnext')], unrecorded('frappe'), found('erpnext'), found('x', B));
  });

  test('names what is missing, with its commit', () => {
    const act = () => assert([planned('erpnext'), planned('hrms', B)], found('erpnext'));
    expect(act).toThrow(
      expect.objectContaining({
        code: 'image-apps-missing',
        exitCode: 7,
        what: expect.stringContaining('the app hrms'),
        why: expect.stringContaining(B),
        fix: expect.stringContaining('--no-cache'),
      }),
    );
  });

  test('guesses the other dialect when every app is missing', () => {
    const act = () => assert([planned('frappe'), planned('erpnext')], unrecorded('frappe'));
    expect(act).toThrow(expect.objectContaining({ why: expect.stringContaining('other dialect') }));
  });

  test('names both commits of an app that differs', () => {
    const act = () => assert([planned('erpnext', A)], found('erpnext', B));
    expect(act).toThrow(
      expect.objectContaining({
        code: 'image-apps-differ',
        why: expect.stringMatching(new RegExp(`planned ${A}, in the image ${B}`)),
      }),
    );
  });

  test('refuses an app of which no commit is recorded', () => {
    const act = () => assert([planned('erpnext')], unrecorded('erpnext'));
    expect(act).toThrow(expect.objectContaining({ code: 'image-apps-differ' }));
  });
});

test('apps that no planned one became are listed by name', () => {
  const apps = inImage(found('zebra', B), found('erpnext'), unrecorded('frappe'));
  expect(unplannedApps([planned('erpnext')], apps).map(({ name }) => name)).toEqual(['frappe', 'zebra']);
});
