import type { Diagnosis, DoctorReport, Finding } from '@de-build/core';
import { expect, test } from '@jest/globals';
import { createStyle } from '../terminal/style.ts';
import { doctorReport } from './doctor-report.ts';
import { writeText } from './text.ts';

function finding(what: string, severity: Finding['severity'] = 'error'): Finding {
  return { id: 'an-id', severity, what, why: 'It is so.', fix: 'Repair it.', file: 'a/file' };
}

function report(diagnoses: readonly Diagnosis[], remaining = 0): string {
  const whole: DoctorReport = { site: '/srv/erp', diagnoses, remaining };
  return writeText(doctorReport(whole), { style: createStyle(false), columns: 80 });
}

test('a site where nothing is left', () => {
  expect(report([])).toBe('✓ Nothing is left of interrupted runs.\n');
});

test('what is found is shown like any finding', () => {
  expect(report([{ finding: finding('A run died.'), state: 'found' }], 1)).toBe(
    [
      '  ✗ A run died.  a/file',
      '    It is so.',
      '    → Repair it.',
      '',
      '✗ 1 thing left to repair. `de-build doctor --repair` repairs what it can.',
      '',
    ].join('\n'),
  );
});

test('what was repaired, what would be, and what could not be', () => {
  const one = finding('A \u001b[31mrun died.');
  const repaired = report([{ finding: one, state: 'repaired' }]);
  expect(repaired).toMatch(
    /^ {2}✓ Repaired: A .*run died\. {2}a\/file\n\n✓ 1 thing repaired; nothing is left\.\n$/,
  );
  expect(repaired).not.toContain('\u001b');
  expect(report([{ finding: one, state: 'would-repair' }], 1)).toContain(
    'Nothing was changed: 1 thing would be repaired.',
  );
  expect(report([{ finding: one, state: 'left', why: 'The disk is full.' }], 1)).toContain(
    'It could not be repaired: The disk is full.',
  );
});

test('what may belong to others is not an error', () => {
  expect(report([{ finding: finding('A tag.', 'warning'), state: 'left' }])).toContain(
    '✓ Nothing is left of interrupted runs. 1 thing may belong to another run, and\n  is left alone.',
  );
});
