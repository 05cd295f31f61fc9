import type { CheckReport } from '@de-build/core';
import { countOf } from '../terminal/quantities.ts';
import { MARKS, note, type Part, type Report, strong } from './model.ts';

/** The result of the checks in one line; the checks themselves, too, unless they were shown while they ran. */
export function checkReport({ checks, errors, warnings, passed }: CheckReport, wasShown: boolean): Report {
  const skipped = checks.filter(({ status }) => status === 'skipped').length;
  const counts = [
    { text: countOf(checks.length, 'check') },
    ...(errors === 0 ? [] : [{ text: countOf(errors, 'error'), tone: 'bad' as const }]),
    ...(warnings === 0 ? [] : [{ text: countOf(warnings, 'warning'), tone: 'warning' as const }]),
    ...(skipped === 0 ? [] : [{ text: `${skipped} skipped` }]),
  ].flatMap((count, index) => (index === 0 ? [count] : [', ', count]));
  const verdict = passed ? strong('Ready to release') : strong('Not ready to release');
  const parts: readonly Part[] = wasShown ? [] : [{ kind: 'checks', checks }];
  return { parts: [...parts, note([verdict, '  ', ...counts], passed ? MARKS.good : MARKS.bad)] };
}
