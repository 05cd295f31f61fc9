import { expect, test } from '@jest/globals';
import { type CacheUse, parseCacheEntry, writeCacheEntry } from './cache-entry.ts';

test.each<[string, CacheUse, string]>([
  [
    'registry.example.com/acme/erp:cache',
    'cacheFrom',
    'type=registry,ref=registry.example.com/acme/erp:cache',
  ],
  ['type=registry,ref=a/b', 'cacheFrom', 'type=registry,ref=a/b'],
  ['localhost:5000/a:cache', 'cacheTo', 'type=registry,ref=localhost:5000/a:cache'],
  ['localhost:5000/a', 'cacheTo', 'type=registry,ref=localhost:5000/a'],
  ['ref=a/b,type=registry,MODE=max', 'cacheTo', 'type=registry,ref=a/b,mode=max'],
  ['type=inline', 'cacheTo', 'type=inline'],
  ['type=local,dest=/cache,mode=max', 'cacheTo', 'type=local,dest=/cache,mode=max'],
  ['type=local,src=cache', 'cacheFrom', 'type=local,src=cache'],
  ['type=registry,ref=a/b,"compression=a,b"', 'cacheTo', 'type=registry,ref=a/b,"compression=a,b"'],
  ['type=registry,ref=a/b,"note=say ""x"""', 'cacheTo', 'type=registry,ref=a/b,"note=say ""x"""'],
])('%s of %s is %s', (text, use, expected) => {
  const entry = parseCacheEntry(text, use);
  if ('problem' in entry) throw new Error(entry.problem);
  expect(writeCacheEntry(entry)).toBe(expected);
  expect(parseCacheEntry(writeCacheEntry(entry), use)).toEqual(entry);
});

test.each<[string, CacheUse, string]>([
  ['', 'cacheFrom', 'has "" where KEY=VALUE is expected'],
  ['mode=max', 'cacheTo', 'names no type'],
  ['type=registry,mode', 'cacheTo', 'has "mode" where KEY=VALUE is expected'],
  ['type=registry', 'cacheTo', 'names no ref'],
  ['type=local,dest=x', 'cacheFrom', 'names no src'],
  ['type=local', 'cacheTo', 'names no dest'],
  ['type=registry,ref=', 'cacheFrom', 'names no ref'],
  ['type=local,dest=x,mode=mx', 'cacheTo', 'has the mode "mx", which is neither min nor max'],
  [
    '/tmp/cache',
    'cacheTo',
    'names "/tmp/cache", which is no image: it has an empty part between two slashes, or at an end',
  ],
  ['type=gha', 'cacheTo', 'has the type "gha", which is none of registry, local, inline'],
  ['type=inline', 'cacheFrom', 'has the type "inline", which is none of registry, local'],
])('%j of %s %s', (text, use, problem) => {
  expect(parseCacheEntry(text, use)).toEqual({ problem });
});
