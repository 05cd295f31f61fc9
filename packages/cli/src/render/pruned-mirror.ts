import type { PrunedMirror } from '@de-build/core';
import type { Terminal } from '../io.ts';
import { countOf, formatBytes } from './quantities.ts';
import { createStyle } from './style.ts';
import { layTable } from './table.ts';

/** What the mirror gave up, or would. */
export function renderPrunedMirror(pruned: PrunedMirror, terminal: Terminal): string {
  const { repositories, pins, freedBytes, dryRun } = pruned;
  const style = createStyle(terminal.hasColours);
  const rows = repositories.map(({ name, dropped, kept, freedBytes, isDamaged }) => [
    freedBytes === null ? '?' : formatBytes(freedBytes),
    String(dropped.length),
    String(kept),
    name,
    ...(isDamaged ? [['damaged, left as it is; the next release mends it', style.yellow] as const] : []),
  ]);
  const columns = [
    { heading: 'SIZE', side: 'right' as const },
    { heading: 'GO', side: 'right' as const },
    { heading: 'STAY', side: 'right' as const },
    { heading: 'REPOSITORY' },
    { heading: '' },
  ];
  const layout = terminal.isTTY ? { style, columns: terminal.columns } : { style };
  const lines = rows.length === 0 ? [] : [...layTable(columns, rows, layout), ''];
  const size = freedBytes === null ? 'an unknown size' : formatBytes(freedBytes);
  const what = `${size} of the mirror, ${countOf(pins, 'commit')} that no manifest names`;
  const isEmpty = repositories.length === 0 && freedBytes === 0;
  lines.push(
    isEmpty
      ? 'Nothing to free; every commit in the mirror is named by a manifest.'
      : dryRun
        ? `Would free ${what}. Nothing was changed.`
        : `Freed ${what}.`,
  );
  return `${lines.join('\n')}\n`;
}
