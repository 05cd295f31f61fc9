import { describe, expect, test } from '@jest/globals';
import type { EngineRequest, EngineTransport } from '../transport.ts';
import { buildCache } from './build-cache.ts';

/** An engine that answers every request with this, and remembers what it was asked. */
function engineWith(apiVersion: string, answer: unknown) {
  const asked: EngineRequest[] = [];
  const transport = {
    endpoint: 'unix:///x.sock',
    apiVersion,
    json: async (request: EngineRequest) => {
      asked.push(request);
      return answer;
    },
  } as unknown as EngineTransport;
  return { asked, cache: buildCache(transport) };
}

const RECORD = {
  ID: 'a',
  Type: 'regular',
  Description: 'step',
  InUse: false,
  Shared: true,
  Size: 7,
  CreatedAt: '2026-01-01T00:00:00Z',
  LastUsedAt: null,
  UsageCount: 2,
};

describe('usage', () => {
  test.each([
    ['20.10', '1.41', { Parent: 'p' }, ['p']],
    ['20.10, without one', '1.41', { Parent: '' }, []],
    ['26.1', '1.45', { ' Parents': ['p', 'q'] }, ['p', 'q']],
    ['28.5', '1.51', { Parents: ['p'] }, ['p']],
  ])('parses the parents of %s', async (_, apiVersion, parents, expected) => {
    const { cache, asked } = engineWith(apiVersion, { BuildCache: [{ ...RECORD, ...parents }] });
    expect(await cache.usage()).toEqual([
      {
        ...{ id: 'a', type: 'regular', description: 'step', inUse: false, shared: true, sizeBytes: 7 },
        ...{ createdAt: '2026-01-01T00:00:00Z', usageCount: 2, parents: expected },
      },
    ]);
    expect(asked[0]?.query).toEqual(apiVersion === '1.41' ? {} : { type: 'build-cache' });
  });

  test('an engine without a list has no cache, and an answer in another form is an error', async () => {
    expect(await engineWith('1.51', { BuildCache: null }).cache.usage()).toEqual([]);
    await expect(engineWith('1.51', { BuildCache: [{}] }).cache.usage()).rejects.toMatchObject({
      code: 'engine-answer-unreadable',
    });
  });
});

describe('prune', () => {
  test.each([
    ['nothing else', { all: false }, '1.41', {}],
    ['all', { all: true }, '1.41', { all: 1 }],
    ['whole bytes', { all: false, keepBytes: 1e9 + 0.5 }, '1.41', { 'keep-storage': 1_000_000_000 }],
    ['bytes by their newer name', { all: false, keepBytes: 5 }, '1.48', { 'max-used-space': 5 }],
    ['an age', { all: false, olderThanSeconds: 86_400 }, '1.51', { filters: '{"until":["86400s"]}' }],
  ])('requests %s', async (_, options, apiVersion, query) => {
    const { cache, asked } = engineWith(apiVersion, { CachesDeleted: null, SpaceReclaimed: 0 });
    expect(await cache.prune(options)).toEqual({ deleted: [], freedBytes: 0 });
    expect(asked[0]).toMatchObject({ method: 'POST', path: '/build/prune' });
    expect(
      Object.fromEntries(Object.entries(asked[0]?.query ?? {}).filter(([, value]) => value !== undefined)),
    ).toEqual(query);
  });
});
