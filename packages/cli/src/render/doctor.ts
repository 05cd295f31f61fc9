import type { Diagnosis, DoctorReport } from '@de-build/core';
import { makeVisible } from '@de-build/core';
import type { Terminal } from '../io.ts';
import { findingLines, type Page, placeOf } from './finding-lines.ts';
import { countOf } from './quantities.ts';
import { createStyle } from './style.ts';

/** What was found, what became of it, and whether all is well now. */
export function renderDoctor(
  report: DoctorReport,
  terminal: Pick<Terminal, 'hasColours' | 'columns'>,
): string {
  const page = { columns: terminal.columns, style: createStyle(terminal.hasColours) };
  const lines = report.diagnoses.flatMap((diagnosis) => diagnosisLines(diagnosis, page));
  return `${[...lines, ...(lines.length === 0 ? [] : ['']), summaryOf(report, page)].join('\n')}\n`;
}

function diagnosisLines({ finding, state, why }: Diagnosis, page: Page): readonly string[] {
  const { style } = page;
  const place = placeOf(finding);
  const what = `${makeVisible(finding.what)}${place === '' ? '' : `  ${style.cyan(place)}`}`;
  if (state === 'repaired') return [`    ${style.green('✓')} Mended: ${what}`];
  if (state === 'would-repair') return [`    ${style.cyan('·')} Would be mended: ${what}`];
  const lines = findingLines(finding, page);
  return why === undefined
    ? lines
    : [...lines, `      ${style.red(`It could not be mended: ${makeVisible(why)}`)}`];
}

function summaryOf({ diagnoses, remaining }: DoctorReport, { style }: Page): string {
  const mended = diagnoses.filter(({ state }) => state === 'repaired').length;
  const would = diagnoses.filter(({ state }) => state === 'would-repair').length;
  const noted = diagnoses.filter(({ finding }) => finding.severity !== 'error').length;
  const notes =
    noted === 0
      ? ''
      : ` ${countOf(noted, 'thing')} may be of others, and ${noted === 1 ? 'is' : 'are'} left alone.`;
  if (would > 0) return `Nothing was changed: ${countOf(would, 'thing')} would be mended.`;
  if (remaining > 0)
    return `${style.red('✗')} ${style.bold(`${countOf(remaining, 'thing')} left to mend.`)} \`de-build doctor --repair\` mends what it can.${notes}`;
  const done =
    mended === 0
      ? 'Nothing is left of runs that died.'
      : `${countOf(mended, 'thing')} mended; nothing is left.`;
  return `${style.green('✓')} ${style.bold(done)}${notes}`;
}
