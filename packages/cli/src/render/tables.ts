import type { Manifest, PrunedCache } from '@de-build/core';
import type { Terminal } from '../io.ts';
import { shortDigest } from './outcome-lines.ts';
import { countOf, formatAge, formatBytes, formatDuration } from './quantities.ts';
import { createStyle } from './style.ts';
import { type Cell, layTable, type TableLayout } from './table.ts';

export { renderShow } from './show.ts';

/** Records of the cache that are named one by one; the rest is summed up. */
const NAMED_RECORDS = 20;

/** The recorded releases, a line each. */
export function renderList(manifests: readonly Manifest[], terminal: Terminal, now = new Date()): string {
  if (manifests.length === 0) return 'No release is recorded yet.\n';
  const style = createStyle(terminal.hasColours);
  const rows = manifests.map((manifest): Cell[] => {
    const { siteVersion, createdAt, frappe, apps, image, timing, warnings } = manifest;
    return [
      [siteVersion, style.bold],
      [createdAt.slice(0, 16).replace('T', ' '), style.dim],
      formatAge(new Date(createdAt), now),
      frappe === null ? '-' : (frappe.version ?? frappe.commit.slice(0, 8)),
      String(apps.length),
      shortDigest(image.id).replace('sha256:', ''),
      formatBytes(image.sizeBytes),
      formatDuration(timing.durationMs),
      warnings.length === 0 ? '' : [countOf(warnings.length, 'warning'), style.yellow],
    ];
  });
  const columns = [
    { heading: 'VERSION' },
    { heading: 'RELEASED (UTC)' },
    { heading: '' },
    { heading: 'FRAPPE' },
    { heading: 'APPS', side: 'right' as const },
    { heading: 'IMAGE' },
    { heading: 'SIZE', side: 'right' as const },
    { heading: 'TOOK', side: 'right' as const },
    { heading: '' },
  ];
  return `${layTable(columns, rows, layoutOf(terminal)).join('\n')}\n`;
}

/** What a prune freed, or would free. */
export function renderPrune(pruned: PrunedCache, terminal: Terminal): string {
  const { records, dryRun, freedBytes, before, after } = pruned;
  const rows = records
    .slice(0, NAMED_RECORDS)
    .map(({ sizeBytes, type, description }) => [formatBytes(sizeBytes), type, description]);
  const columns = [{ heading: 'SIZE', side: 'right' as const }, { heading: 'TYPE' }, { heading: 'WHAT' }];
  const lines = rows.length === 0 ? [] : layTable(columns, rows, layoutOf(terminal));
  const more = records.length - rows.length;
  if (more > 0) lines.push(`… and ${more} more`);
  if (lines.length > 0) lines.push('');
  const counted = `${formatBytes(freedBytes)} of build cache in ${countOf(records.length, 'record')}`;
  const left = `${formatBytes(before)} → ${formatBytes(after)}`;
  lines.push(
    records.length === 0
      ? `Nothing to free; the build cache takes ${formatBytes(before)}.`
      : dryRun
        ? `Would free ${counted} (${left}). Nothing was changed.`
        : `Freed ${counted} (${left}).`,
  );
  return `${lines.join('\n')}\n`;
}

/** On a terminal a row stays one line; in a file or a pipe nothing is cut. */
function layoutOf(terminal: Terminal): TableLayout {
  const style = createStyle(terminal.hasColours);
  return terminal.isTTY ? { style, columns: terminal.columns } : { style };
}
