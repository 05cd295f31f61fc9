import { makeVisible, type ReleaseVerification, type VerifiedPoint } from '@de-build/core';
import type { Terminal } from '../io.ts';
import { countOf } from './quantities.ts';
import { createStyle, type Style } from './style.ts';

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

/** Every point that was compared; of what differs, what was expected and what was found. */
export function renderVerify(report: ReleaseVerification, terminal: Terminal): string {
  const style = createStyle(terminal.hasColours);
  const lines = report.points.flatMap((point) => pointLines(point, style));
  return `${[...lines, '', summary(report, style)].join('\n')}\n`;
}

function pointLines(point: VerifiedPoint, style: Style): readonly string[] {
  const { id, subject, status, expected, found, why } = point;
  const name = makeVisible(subject === undefined ? NAMES[id] : `${NAMES[id]} ${subject}`);
  const reason = why === undefined ? '' : style.dim(`  ${makeVisible(why)}`);
  if (status === 'same') return [`  ${style.green('✓')} ${name}${reason}`];
  if (status === 'unknown') return [`  ${style.yellow('?')} ${name}${reason}`];
  return [
    `  ${style.red('✗')} ${style.bold(name)}${reason}`,
    `      expected  ${makeVisible(expected ?? 'nothing')}`,
    `      found     ${makeVisible(found ?? 'nothing')}`,
  ];
}

function summary({ reference, points, passed }: ReleaseVerification, style: Style): string {
  const count = (status: VerifiedPoint['status']) => points.filter((point) => point.status === status).length;
  const unknown = count('unknown') === 0 ? '' : `, ${count('unknown')} not known`;
  const name = makeVisible(reference);
  return passed
    ? `${style.green('✓')} ${style.bold(`${name} is as it was recorded`)}  ${count('same')} the same${unknown}`
    : `${style.red('✗')} ${style.bold(`${name} is not what was recorded`)}  ${countOf(count('differs'), 'difference')}${unknown}`;
}
