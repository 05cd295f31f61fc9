import { describe, expect, test } from '@jest/globals';
import { packageChanges } from '../diff/package-changes.ts';
import { compareUrl } from '../git/compare-url.ts';
import type { AppChanges, FileChange } from './app-changes.ts';
import { removedFields } from './doctype-fields.ts';
import { judgeDeployment } from './judge-deployment.ts';
import { newPatches } from './patch-list.ts';

function judged(files: Readonly<Record<string, FileChange | null>> | undefined, isBackward = false) {
  const app: AppChanges = {
    name: 'erpnext',
    changedFiles: files === undefined ? undefined : Object.keys(files),
    contents: new Map(
      Object.entries(files ?? {}).flatMap(([path, change]) => (change === null ? [] : [[path, change]])),
    ),
  };
  return judgeDeployment({ added: [], removed: [], moved: [app], isBackward });
}

const doctype = (...fields: readonly (readonly [string, string])[]) =>
  JSON.stringify({
    doctype: 'DocType',
    fields: fields.map(([fieldname, fieldtype]) => ({ fieldname, fieldtype })),
  });
const ITEM = 'erpnext/stock/doctype/item/item.json';

describe('the verdict', () => {
  test.each<[string, Readonly<Record<string, FileChange | null>>, string]>([
    ['code alone', { 'erpnext/stock/item.py': null, 'README.md': null }, 'pull-only'],
    ['nothing', {}, 'pull-only'],
    ['hooks', { 'erpnext/hooks.py': null }, 'migrate-needed'],
    ['hooks of a test', { 'erpnext/tests/hooks.py': null }, 'pull-only'],
    ['fixtures', { 'erpnext/fixtures/role.json': null }, 'migrate-needed'],
    ['customisations', { 'erpnext/stock/custom/item.json': null }, 'migrate-needed'],
    ['a report', { 'erpnext/stock/report/ledger/ledger.json': null }, 'migrate-needed'],
    ['languages', { 'frappe/geo/languages.json': null }, 'migrate-needed'],
    [
      'a JSON that is no document',
      { 'erpnext/public/js/config.json': null, 'package.json': null },
      'pull-only',
    ],
    [
      'a doctype',
      { [ITEM]: { from: doctype(['a', 'Data']), to: doctype(['a', 'Data'], ['b', 'Int']) } },
      'migrate-needed',
    ],
    ['a doctype that was not read', { [ITEM]: null }, 'migrate-needed'],
    ['a new doctype', { [ITEM]: { from: undefined, to: doctype(['a', 'Data']) } }, 'migrate-needed'],
    [
      'a field that is gone',
      { [ITEM]: { from: doctype(['a', 'Data']), to: doctype() } },
      'irreversible-without-backup',
    ],
    ['a doctype that is gone', { [ITEM]: { from: doctype(), to: undefined } }, 'irreversible-without-backup'],
    [
      'a new patch',
      { 'erpnext/patches.txt': { from: 'a.b', to: 'a.b\na.c' } },
      'irreversible-without-backup',
    ],
    ['patches that were not read', { 'erpnext/patches.txt': null }, 'irreversible-without-backup'],
    ['a patch less', { 'erpnext/patches.txt': { from: 'a.b\na.c', to: 'a.b' } }, 'pull-only'],
  ])('%s', (_, files, verdict) => {
    expect(judged(files)).toMatchObject({ verdict, unknown: [] });
  });

  test('names the file and why', () => {
    expect(judged({ 'erpnext/patches.txt': { from: '', to: 'a.b\na.c\na.d\na.e' } }).reasons).toEqual([
      {
        app: 'erpnext',
        weight: 'irreversible-without-backup',
        file: 'erpnext/patches.txt',
        why: '4 patches are new: a.b, a.c, a.d and 1 more.',
      },
    ]);
  });

  test('is unknown when nothing is known, and says what is not', () => {
    expect(judged(undefined)).toMatchObject({ verdict: 'unknown', unknown: [{ app: 'erpnext' }] });
  });

  test('a new app needs a migration, a removed one a backup', () => {
    const none = { added: [], removed: [], moved: [], isBackward: false };
    expect(judgeDeployment(none).verdict).toBe('pull-only');
    expect(judgeDeployment({ ...none, added: [{ name: 'hrms' }] }).verdict).toBe('migrate-needed');
    expect(judgeDeployment({ ...none, removed: [{ name: 'hrms' }] }).verdict).toBe(
      'irreversible-without-backup',
    );
  });

  test('back over a migration there is no way without a backup', () => {
    expect(judged({ 'erpnext/hooks.py': null }, true).verdict).toBe('irreversible-without-backup');
    expect(judged({ 'erpnext/x.py': null }, true).verdict).toBe('pull-only');
    expect(judged({ 'erpnext/patches.txt': { from: 'a.b\na.c', to: 'a.b' } }, true).verdict).toBe(
      'irreversible-without-backup',
    );
  });
});

test.each([
  ['a.b', 'a.b\n\n# why\na.c', ['a.c']],
  ['[pre_model_sync]\na.b\n', '[pre_model_sync]\na.b\n\n[post_model_sync]\na.c\n', ['a.c']],
  ['a.b', 'a.b #2026-01-01', ['a.b #2026-01-01']],
  ['', 'execute:frappe.reload_doc("x") # y', ['execute:frappe.reload_doc("x") # y']],
  ['a.b\r\na.c\r\n', 'a.c\na.b', []],
])('patches of %j to %j', (from, to, expected) => {
  expect(newPatches(from, to)).toEqual(expected);
});

test.each([
  [doctype(['a', 'Data']), doctype(['a', 'Link']), ['a']],
  [doctype(['a', 'Section Break']), doctype(), []],
  [doctype(['a', 'Table']), doctype(), ['a']],
  [doctype(['a', 'Data'], ['b', 'Data']), doctype(['b', 'Data'], ['c', 'Data']), ['a']],
  ['{', doctype(), []],
  [undefined, doctype(), []],
])('fields of %s to %s', (from, to, expected) => {
  expect(removedFields(from, to)).toEqual(expected);
});

test.each([
  ['https://github.com/frappe/erpnext.git', 'https://github.com/frappe/erpnext/compare/aa...bb'],
  ['https://github.acme.example/erp/custom', 'https://github.acme.example/erp/custom/compare/aa...bb'],
  ['https://gitlab.com/group/sub/app.git', 'https://gitlab.com/group/sub/app/-/compare/aa...bb'],
  ['https://codeberg.org/acme/app', 'https://codeberg.org/acme/app/compare/aa...bb'],
  ['https://gitea.acme.example:3000/acme/app/', 'https://gitea.acme.example:3000/acme/app/compare/aa...bb'],
  ['https://git.acme.example/acme/app', undefined],
  ['https://notgithub.example/acme/app', undefined],
  ['git@github.com:acme/app.git', undefined],
  ['ssh://git@github.com/acme/app.git', 'https://github.com/acme/app/compare/aa...bb'],
  ['ssh://git@git.acme.example/acme/app', undefined],
])('the comparison at %s', (url, expected) => {
  expect(compareUrl(url, 'aa', 'bb')).toBe(expected);
});

test('packages are compared by all their versions, Python ones independent of their spelling', () => {
  const from = [
    { ecosystem: 'python', name: 'typing_extensions', version: '4.9.0' },
    { ecosystem: 'python', name: 'requests', version: '2.31.0' },
    { ecosystem: 'node', name: 'a', version: '1.0.0' },
    { ecosystem: 'node', name: 'a', version: '2.0.0' },
    { ecosystem: 'debian', name: 'gone', version: '1' },
  ] as const;
  const to = [
    { ecosystem: 'python', name: 'typing-extensions', version: '4.9.0' },
    { ecosystem: 'python', name: 'requests', version: '2.32.0' },
    { ecosystem: 'node', name: 'a', version: '2.0.0' },
    { ecosystem: 'node', name: 'new', version: '1.0.0' },
  ] as const;
  expect(packageChanges(from, to)).toEqual([
    { ecosystem: 'python', name: 'requests', from: '2.31.0', to: '2.32.0' },
    { ecosystem: 'node', name: 'a', from: '1.0.0, 2.0.0', to: '2.0.0' },
    { ecosystem: 'node', name: 'new', from: null, to: '1.0.0' },
    { ecosystem: 'debian', name: 'gone', from: '1', to: null },
  ]);
  expect(packageChanges(from, from)).toEqual([]);
});
