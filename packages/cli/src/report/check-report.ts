import type { CheckReport } from '@de-build/core';
import { countOf } from '../terminal/quantities.ts';
import { isTold, withoutNotes } from './finding-lines.ts';
import { MARKS, note, type Part, type Report, strong } from './model.ts';

/** The result of the checks in one line; the checks themselves, too, unless they were shown while they ran. */
export function checkReport(
  { checks, errors, warnings, passed }: CheckReport,
  { wasShown, isVerbose }: { readonly wasShown: boolean; readonly isVerbose: boolean },
): Report {
  const skipped = checks.filter(({ status }) => status === 'skipped').length;
  const notes = checks.flatMap(({ findings }) => findings).filter((finding) => !isTold(finding)).length;
  const counts = [
    { text: countOf(checks.length, 'check') },
    ...(errors === 0 ? [] : [{ text: countOf(errors, 'error'), tone: 'bad' as const }]),
    ...(warnings === 0 ? [] : [{ text: countOf(warnings, 'warning'), tone: 'warning' as const }]),
    ...(skipped === 0 ? [] : [{ text: `${skipped} skipped` }]),
    ...(notes === 0 || isVerbose ? [] : [{ text: `${countOf(notes, 'note')} with --verbose` }]),
  ].flatMap((count, index) => (index === 0 ? [count] : [', ', count]));
  const verdict = passed ? strong('Ready to release') : strong('Not ready to release');
  const shown = isVerbose ? checks : checks.map(withoutNotes);
  const parts: readonly Part[] = wasShown ? [] : [{ kind: 'checks', checks: shown }];
  return { parts: [...parts, note([verdict, '  ', ...counts], passed ? MARKS.good : MARKS.bad)] };
}
