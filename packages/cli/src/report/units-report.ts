import { basename } from 'node:path';
import type { UnitFile } from '@de-build/core';

/** Units of systemd as a file of files, and how they are put to work. */
export function unitsReport(units: readonly UnitFile[]): string {
  const timers = units.map(({ path }) => basename(path)).filter((name) => name.endsWith('.timer'));
  return [
    '# Each part belongs in the file that its first line names. Then:',
    `#   systemctl daemon-reload && systemctl enable --now ${timers.join(' ')}\n`,
    ...units.map(({ path, text }) => `# ${path}\n${text}`),
  ].join('\n');
}
