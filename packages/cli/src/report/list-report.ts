import type { Manifest } from '@de-build/core';
import { countOf, formatAge, formatBytes, formatDuration } from '../terminal/quantities.ts';
import { type Inline, note, quiet, type Report, right, strong, table } from './model.ts';

/** The recorded releases, one line each. */
export function listReport(manifests: readonly Manifest[], now: Date): Report {
  if (manifests.length === 0) return { parts: [note('No release is recorded yet.')] };
  const rows = manifests.map((manifest): readonly Inline[] => {
    const { siteVersion, createdAt, frappe, apps, image, timing, warnings } = manifest;
    const open = warnings.filter(({ accepted }) => accepted === undefined).length;
    return [
      strong(siteVersion),
      quiet(createdAt.slice(0, 16).replace('T', ' ')),
      formatAge(new Date(createdAt), now),
      frappe === null ? '-' : (frappe.version ?? frappe.commit.slice(0, 8)),
      String(apps.length),
      image.id.replace('sha256:', '').slice(0, 12),
      formatBytes(image.sizeBytes),
      formatDuration(timing.durationMs),
      open === 0 ? '' : { text: countOf(open, 'warning'), tone: 'warning' },
    ];
  });
  const headings = [
    'version',
    'released (UTC)',
    { heading: '', isExtra: true } as const,
    'frappe',
    right('apps'),
    'image',
    right('size'),
    right('took'),
    '',
  ];
  return { parts: [table(headings, rows)] };
}
