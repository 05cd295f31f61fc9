import { expect, test } from '@jest/globals';
import type { StoredBackup } from './backup-store.ts';
import { planRetention } from './plan-retention.ts';

function backup(at: string, siteVersion: string): StoredBackup {
  return {
    id: `${at}-${siteVersion}`,
    at: `${at}T02:30:00.000Z`,
    siteVersion,
    cause: 'backup',
    project: 'erp',
    sites: ['erp.localhost'],
    withFiles: true,
    sizeBytes: 1,
    location: '/backups',
  };
}

function judge(backups: readonly StoredBackup[], keepLast: number, needed: readonly string[] = []) {
  const judged = planRetention(backups, { keepLast, needed: new Set(needed) });
  return Object.fromEntries(judged.map(({ backup: { id }, keptAs }) => [id, keptAs.join(', ')]));
}

test('the last of each release and of each month, and the newest, stay', () => {
  const backups = [
    backup('2026-11-29', '1.1.0'),
    backup('2026-11-28', '1.1.0'),
    backup('2026-11-27', '1.0.0'),
    backup('2026-11-26', '1.0.0'),
    backup('2026-10-31', '1.0.0'),
    backup('2026-10-30', '1.0.0'),
  ];
  expect(judge(backups, 1)).toEqual({
    '2026-11-29-1.1.0': 'last of 1.1.0, last of 2026-11, among the last 1',
    '2026-11-28-1.1.0': '',
    '2026-11-27-1.0.0': 'last of 1.0.0',
    '2026-11-26-1.0.0': '',
    '2026-10-31-1.0.0': 'last of 2026-10',
    '2026-10-30-1.0.0': '',
  });
  expect(judge(backups, 2)['2026-11-28-1.1.0']).toBe('among the last 2');
  expect(judge(backups, 1, ['2026-11-26-1.0.0'])['2026-11-26-1.0.0']).toBe('needed by the rollback');
});

test('pruning again removes nothing more', () => {
  const days = Array.from({ length: 90 }, (_, day) =>
    backup(new Date(Date.UTC(2026, 10, 29 - day)).toISOString().slice(0, 10), `1.${Math.floor(day / 20)}.0`),
  );
  const kept = planRetention(days, { keepLast: 7, needed: new Set() })
    .filter(({ keptAs }) => keptAs.length > 0)
    .map((one) => one.backup);
  const again = planRetention(kept, { keepLast: 7, needed: new Set() });
  expect(again.filter(({ keptAs }) => keptAs.length === 0)).toEqual([]);
  expect(kept.length).toBeLessThan(16);
});

test('nothing at all', () => expect(judge([], 7)).toEqual({}));
