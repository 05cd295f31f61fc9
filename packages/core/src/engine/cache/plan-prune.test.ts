import { describe, expect, test } from '@jest/globals';
import type { CacheRecord, PruneOptions } from '../engine.ts';
import { planPrune } from './plan-prune.ts';

const NOW = new Date('2026-01-10T00:00:00Z');

/** A record of 10 bytes, used once, `daysAgo` days ago. */
const record = (id: string, daysAgo: number, change: Partial<CacheRecord> = {}): CacheRecord => ({
  id,
  type: 'regular',
  description: id,
  inUse: false,
  shared: false,
  sizeBytes: 10,
  createdAt: '2026-01-01T00:00:00Z',
  lastUsedAt: new Date(NOW.getTime() - daysAgo * 86_400_000).toISOString(),
  usageCount: 1,
  parents: [],
  ...change,
});

const DAY = 86_400;

describe('planPrune', () => {
  test.each<[string, CacheRecord[], PruneOptions, string[]]>([
    ['takes everything unshared', [record('a', 1), record('b', 2, { shared: true })], { all: false }, ['a']],
    [
      'takes shared ones with all',
      [record('a', 1), record('b', 2, { shared: true })],
      { all: true },
      ['a', 'b'],
    ],
    [
      'takes internal and frontend ones only with all',
      [record('a', 1, { type: 'internal' }), record('b', 1, { type: 'frontend' })],
      { all: false },
      [],
    ],
    ['leaves what is in use', [record('a', 1, { inUse: true })], { all: true }, []],
    [
      'leaves the parents of what is in use',
      [record('a', 1), record('b', 1, { parents: ['a'], inUse: true })],
      { all: true },
      [],
    ],
    [
      'takes children before parents',
      [record('a', 1), record('b', 1, { parents: ['a'] }), record('c', 1, { parents: ['b'] })],
      { all: true },
      ['c', 'b', 'a'],
    ],
    [
      'leaves what was used lately, and its parents',
      [record('old', 9), record('new', 1, { parents: ['old'] }), record('other', 8)],
      { all: true, olderThanSeconds: 5 * DAY },
      ['other'],
    ],
    [
      'deletes what was never used, at any age',
      (() => {
        const { lastUsedAt: _, ...never } = record('never', 0);
        return [never];
      })(),
      { all: true, olderThanSeconds: DAY },
      ['never'],
    ],
    [
      'keeps less than it may, the last used longest',
      [record('new', 1), record('older', 3), record('old', 2)],
      { all: true, keepBytes: 15 },
      ['older', 'old'],
    ],
    [
      'keeps what was used more often',
      [record('often', 2, { usageCount: 9 }), record('seldom', 2)],
      { all: true, keepBytes: 11 },
      ['seldom'],
    ],
    ['does nothing when there is less than it may keep', [record('a', 1)], { all: true, keepBytes: 11 }, []],
    [
      'does not count what is shared',
      [record('a', 1), record('b', 1, { shared: true })],
      { all: true, keepBytes: 11 },
      [],
    ],
    ['takes all when it may keep nothing', [record('a', 1)], { all: true, keepBytes: 0 }, ['a']],
  ])('%s', (_, usage, options, ids) => {
    const plan = planPrune(usage, { ...options, now: NOW });
    expect(plan.records.map(({ id }) => id)).toEqual(ids);
    expect(plan.freedBytes).toBe(ids.length * 10);
  });

  test('distinguishes steps of one build by less than a millisecond', () => {
    const first = record('first', 0, { lastUsedAt: '2026-01-01T00:00:00.000000001Z' });
    const second = record('second', 0, { lastUsedAt: '2026-01-01T00:00:00.000000002Z' });
    const plan = planPrune([second, first], { all: true, keepBytes: 11, now: NOW });
    expect(plan.records.map(({ id }) => id)).toEqual(['first']);
  });
});
