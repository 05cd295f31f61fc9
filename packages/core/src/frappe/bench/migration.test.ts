import { expect, test } from '@jest/globals';
import { readMigration } from './migration.ts';

function read(text: string) {
  const reader = readMigration('erp.localhost');
  for (const line of text.split('\n')) reader.read(line);
  return reader.result();
}

test('every patch has ended', () => {
  const output = `Migrating erp.localhost
Executing frappe.patches.v15_0.one in erp.localhost (_abc)
Success: Done in 0.123s
Executing execute:frappe.delete_doc("Page", "a in b") in erp.localhost (_abc)
Success: Done in 1.5s
Updating DocTypes for frappe        : [====] 100%`;
  expect(read(output)).toEqual({
    done: ['frappe.patches.v15_0.one', 'execute:frappe.delete_doc("Page", "a in b")'],
    running: undefined,
    place: undefined,
  });
});

test('the one that failed is the last without a success; its line is the innermost of an app', () => {
  const output = `Executing acme.patches.fill_rates in erp.localhost (_abc)
Traceback (most recent call last):
  File "/home/frappe/frappe-bench/apps/frappe/frappe/modules/patch_handler.py", line 189, in execute_patch
    _patch()
  File "/home/frappe/frappe-bench/apps/acme/acme/patches/fill_rates.py", line 12, in execute
    1 / 0
  File "/usr/lib/python3.11/decimal.py", line 5, in x
ZeroDivisionError: division by zero`;
  expect(read(output)).toEqual({
    done: [],
    running: 'acme.patches.fill_rates',
    place: { file: 'apps/acme/acme/patches/fill_rates.py', line: 12 },
  });
});

test('patches of another site are not its own', () => {
  expect(read('Executing acme.patches.one in other.localhost (_x)').running).toBeUndefined();
});
