import type { Diagnosis, DoctorReport, Finding } from '@de-build/core';
import { expect, test } from '@jest/globals';
import { renderDoctor } from './doctor.ts';

function finding(what: string, severity: Finding['severity'] = 'error'): Finding {
  return { id: 'an-id', severity, what, why: 'It is so.', fix: 'Mend it.', file: 'a/file' };
}

function report(diagnoses: readonly Diagnosis[], remaining = 0): string {
  const whole: DoctorReport = { site: '/srv/erp', diagnoses, remaining };
  return renderDoctor(whole, { hasColours: false, columns: 80 });
}

test('a site where nothing is left', () => {
  expect(report([])).toBe('✓ Nothing is left of runs that died.\n');
});

test('what is found is told as any finding is', () => {
  expect(report([{ finding: finding('A run died.'), state: 'found' }], 1)).toBe(
    [
      '    ✗ A run died.  a/file',
      '      It is so.',
      '      → Mend it.',
      '',
      '✗ 1 thing left to mend. `de-build doctor --repair` mends what it can.',
      '',
    ].join('\n'),
  );
});

test('what was mended, what would be, and what could not be', () => {
  const one = finding('A \u001b[31mrun died.');
  const mended = report([{ finding: one, state: 'repaired' }]);
  expect(mended).toMatch(
    /^ {4}✓ Mended: A .*run died\. {2}a\/file\n\n✓ 1 thing mended; nothing is left\.\n$/,
  );
  expect(mended).not.toContain('\u001b');
  expect(report([{ finding: one, state: 'would-repair' }], 1)).toContain(
    'Nothing was changed: 1 thing would be mended.',
  );
  expect(report([{ finding: one, state: 'left', why: 'The disk is full.' }], 1)).toContain(
    'It could not be mended: The disk is full.',
  );
});

test('what may be of others does not make a site ill', () => {
  expect(report([{ finding: finding('A tag.', 'warning'), state: 'left' }])).toContain(
    '✓ Nothing is left of runs that died. 1 thing may be of others, and is left alone.',
  );
});
