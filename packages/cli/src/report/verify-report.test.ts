import type { ReleaseVerification } from '@de-build/core';
import { expect, test } from '@jest/globals';
import { createStyle } from '../terminal/style.ts';
import { writeText } from './text.ts';
import { verifyReport } from './verify-report.ts';

const text = (report: ReleaseVerification) => writeText(verifyReport(report), { style: createStyle(false) });
const report = { siteVersion: '1.4.0', reference: 'acme/erp:1.4.0' };

test('an unchanged image', () => {
  const points = [
    { id: 'tag', status: 'same', expected: 'acme/erp:1.4.0', found: 'acme/erp:1.4.0' },
    { id: 'app', subject: 'frappe', status: 'unknown', why: 'bench recorded no commit for it in the image.' },
    { id: 'files', status: 'same' },
  ] as const;
  expect(text({ ...report, passed: true, points })).toMatchInlineSnapshot(`
"  ✓ tag
  ? commit of frappe  bench recorded no commit for it in the image.
  ✓ all files

✓ acme/erp:1.4.0 is as it was recorded  2 the same, 1 not known
"
`);
});

test('another image', () => {
  const points = [
    {
      id: 'tag',
      status: 'differs',
      expected: 'acme/erp:1.4.0',
      why: 'The engine has neither the tag nor the image.',
    },
    { id: 'labels', subject: 'x\x1b', status: 'differs', found: 'y' },
    { id: 'app-files', subject: 'erpnext', status: 'differs', expected: 'sha256:a', found: 'sha256:b' },
  ] as const;
  expect(text({ ...report, passed: false, points })).toMatchInlineSnapshot(`
"  ✗ tag  The engine has neither the tag nor the image.
      expected  acme/erp:1.4.0
      found     nothing
  ✗ labels x\\x1b
      expected  nothing
      found     y
  ✗ files of erpnext
      expected  sha256:a
      found     sha256:b

✗ acme/erp:1.4.0 is not what was recorded  3 differences
"
`);
});
