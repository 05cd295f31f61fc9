import type { ReleaseVerification, VerifiedPoint } from '@de-build/core';
import { countOf } from '../terminal/quantities.ts';
import { facts, type Item, MARKS, note, quiet, type Report, strong } from './model.ts';

const NAMES: Readonly<Record<VerifiedPoint['id'], string>> = {
  tag: 'tag',
  'image-id': 'image id',
  plan: 'plan',
  labels: 'labels',
  layers: 'layers',
  app: 'commit of',
  files: 'all files',
  'app-files': 'files of',
};

const POINT_MARKS = { same: MARKS.good, differs: MARKS.bad, unknown: MARKS.unknown } as const;

/** Every property that was compared; for differences, the expected and the actual value. */
export function verifyReport({ reference, points, passed }: ReleaseVerification): Report {
  const count = (status: VerifiedPoint['status']) => points.filter((point) => point.status === status).length;
  const unknown = count('unknown') === 0 ? '' : `, ${count('unknown')} not known`;
  const verdict = passed
    ? note(
        [strong(`${reference} is as it was recorded`), `  ${count('same')} the same${unknown}`],
        MARKS.good,
      )
    : note(
        [
          strong(`${reference} is not what was recorded`),
          `  ${countOf(count('differs'), 'difference')}${unknown}`,
        ],
        MARKS.bad,
      );
  return { parts: [{ kind: 'list', items: points.map(itemOf) }, verdict] };
}

function itemOf({ id, subject, platform, status, expected, found, why }: VerifiedPoint): Item {
  const of = subject === undefined ? NAMES[id] : `${NAMES[id]} ${subject}`;
  const name = platform === undefined ? of : `${of} (${platform})`;
  const reason = why === undefined ? [] : [quiet(`  ${why}`)];
  const mark = POINT_MARKS[status];
  if (status !== 'differs') return { mark, text: [name, ...reason] };
  const both = facts([
    ['expected', expected ?? 'nothing'],
    ['found', found ?? 'nothing'],
  ]);
  return { mark, text: [strong(name), ...reason], parts: [both] };
}
