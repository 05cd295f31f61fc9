import type { Diagnosis, DoctorReport } from '@de-build/core';
import { countOf } from '../terminal/quantities.ts';
import { placeOf } from './finding-lines.ts';
import { MARKS, note, type Part, type Report, strong } from './model.ts';

/** What was found, what was repaired, and what remains. */
export function doctorReport(report: DoctorReport): Report {
  const parts = report.diagnoses.flatMap(diagnosisParts);
  return { parts: [{ kind: 'section', parts }, summary(report)] };
}

function diagnosisParts({ finding, state, why }: Diagnosis): readonly Part[] {
  const place = placeOf(finding);
  const where = place === '' ? [] : ['  ', { text: place, tone: 'accent' } as const];
  if (state === 'repaired') return [note(['Repaired: ', finding.what, ...where], MARKS.good)];
  if (state === 'would-repair') return [note(['Would be repaired: ', finding.what, ...where], MARKS.info)];
  const found: Part = { kind: 'findings', findings: [finding] };
  return why === undefined
    ? [found]
    : [found, note({ text: `It could not be repaired: ${why}`, tone: 'bad' }, MARKS.bad)];
}

function summary({ diagnoses, remaining }: DoctorReport): Part {
  const count = (isCounted: (one: Diagnosis) => boolean) => diagnoses.filter(isCounted).length;
  const repaired = count(({ state }) => state === 'repaired');
  const would = count(({ state }) => state === 'would-repair');
  const others = count(({ finding }) => finding.severity !== 'error');
  const left =
    others === 0
      ? ''
      : ` ${countOf(others, 'thing')} may belong to another run, and ${others === 1 ? 'is' : 'are'} left alone.`;
  if (would > 0) return note(`Nothing was changed: ${countOf(would, 'thing')} would be repaired.`);
  if (remaining > 0) {
    const advice = ` \`de-build doctor --repair\` repairs what it can.${left}`;
    return note([strong(`${countOf(remaining, 'thing')} left to repair.`), advice], MARKS.bad);
  }
  const done =
    repaired === 0
      ? 'Nothing is left of interrupted runs.'
      : `${countOf(repaired, 'thing')} repaired; nothing is left.`;
  return note([strong(done), left], MARKS.good);
}
