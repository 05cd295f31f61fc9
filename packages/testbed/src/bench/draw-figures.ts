import { type Figure, isMet } from './figure.ts';

const HEAD = ['', 'ours', 'peer', 'ratio', 'half of the pairs', 'aim', ''];

/** An aligned table, one line for each figure. */
export function drawFigures(figures: readonly Figure[]): string {
  const rows = [HEAD, ...figures.map(rowOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : pad(cell, widths[column])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rowOf(figure: Figure): readonly string[] {
  const { name, unit, ours, peer, ratio, quartiles, aim } = figure;
  const met = isMet(figure);
  return [
    name,
    formatAmount(ours, unit),
    peer === undefined ? '' : formatAmount(peer, unit),
    formatRatio(ratio),
    quartiles === undefined ? '' : quartiles.map(formatRatio).join(' – '),
    aim === undefined
      ? ''
      : `≤ ${formatRatio(aim.atMost)}${aim.because === undefined ? '' : ` (${aim.because})`}`,
    met === undefined ? '' : met ? 'ok' : 'MISS',
  ];
}

function formatAmount(amount: number, unit: Figure['unit']): string {
  if (unit === 'requests') return `${Math.round(amount)} requests`;
  if (unit === 'bytes') return `${Math.round(amount).toLocaleString('en')} B`;
  return amount < 10 ? `${amount.toFixed(2)} ms` : `${Math.round(amount).toLocaleString('en')} ms`;
}

function formatRatio(ratio: number): string {
  return ratio.toFixed(2);
}

function pad(cell: string, width = 0): string {
  return cell.padStart(width);
}
