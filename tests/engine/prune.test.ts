import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BUSYBOX_IMAGE,
  ensureBaseImages,
  type PrivateEngine,
  privateEngineVersions,
  runCommand,
  startPrivateEngine,
} from '@de-build/testbed';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { planPrune } from '../../packages/core/src/engine/cache/plan-prune.ts';
import { connectEngine } from '../../packages/core/src/engine/connect-engine.ts';
import type { CacheRecord, Engine, PruneOptions } from '../../packages/core/src/engine/engine.ts';
import { withPrivateEngines } from './on-each-engine.ts';

const MEGABYTE = 1_000_000;

withPrivateEngines('pruning the build cache', () => {
  describe.each(privateEngineVersions())('of Docker Engine %s', (version) => {
    let folder: string;
    let own: PrivateEngine;
    let engine: Engine;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'de-build-prune-'));
      own = await startPrivateEngine({ version });
      await ensureBaseImages(own.host, [BUSYBOX_IMAGE]);
      engine = await connectEngine({ environment: {}, host: own.host });
    }, 180_000);

    afterAll(async () => {
      await engine?.close();
      await own?.stop();
      await rm(folder, { recursive: true, force: true });
    }, 60_000);

    beforeEach(async () => {
      await engine.cache.prune({ all: true });
    });

    /** Builds an image whose steps write so many megabytes each. */
    async function build(tag: string, megabytes: readonly number[]): Promise<void> {
      const steps = megabytes.map(
        (size, at) => `RUN dd if=/dev/urandom of=/${tag}-${at} bs=${MEGABYTE} count=${size} 2>/dev/null`,
      );
      await writeFile(join(folder, 'Dockerfile'), [`FROM ${BUSYBOX_IMAGE}`, ...steps, ''].join('\n'));
      await runCommand(own.dockerCli.command, ['build', '--quiet', '-t', `prune/${tag}:1`, folder], {
        environment: { ...process.env, ...own.dockerCli.env },
      });
    }

    /** Predicts, prunes, and returns what was predicted, what was removed and what stayed. */
    async function prune(options: PruneOptions) {
      const before = await engine.cache.usage();
      const plan = planPrune(before, { ...options, now: new Date() });
      const result = await engine.cache.prune(options);
      const after = await engine.cache.usage();
      return { before, plan, result, after };
    }

    const ids = (records: readonly CacheRecord[]) => records.map(({ id }) => id).sort();
    const size = (records: readonly CacheRecord[]) =>
      records.reduce((sum, record) => sum + (record.shared ? 0 : record.sizeBytes), 0);

    test('without options it removes what no image shares, as predicted, and no image', async () => {
      await build('kept', [2]);
      await build('gone', [3]);
      await engine.images.untag('prune/gone:1');
      const { before, plan, result, after } = await prune({ all: false });
      expect(before.some((record) => record.shared && record.sizeBytes >= 2 * MEGABYTE)).toBe(true);
      expect([...result.deleted].sort()).toEqual(ids(plan.records));
      expect(result.freedBytes).toBe(plan.freedBytes);
      expect(result.freedBytes).toBeGreaterThanOrEqual(3 * MEGABYTE);
      expect(after.every((record) => record.shared)).toBe(true);
      expect(await engine.images.inspect('prune/kept:1')).toBeDefined();
    });

    test('with all it takes everything, and still no image', async () => {
      await build('kept', [2]);
      const { plan, result, after } = await prune({ all: true });
      expect([...result.deleted].sort()).toEqual(ids(plan.records));
      expect(after).toEqual([]);
      expect(await engine.images.inspect('prune/kept:1')).toBeDefined();
    });

    test('keeps the requested number of bytes, and removes the least used first, as predicted', async () => {
      await build('first', [4, 4]);
      await engine.images.untag('prune/first:1');
      await build('second', [4, 4]);
      await engine.images.untag('prune/second:1');
      const { before, plan, result, after } = await prune({ all: true, keepBytes: 10 * MEGABYTE });
      expect(size(before)).toBeGreaterThan(16 * MEGABYTE);
      expect([...result.deleted].sort()).toEqual(ids(plan.records));
      expect(result.freedBytes).toBe(plan.freedBytes);
      expect(size(after)).toBeLessThan(10 * MEGABYTE);
      expect(size(after)).toBeGreaterThan(4 * MEGABYTE);
      expect(after.some(({ description }) => description.includes('second'))).toBe(true);
    });

    test('takes nothing when less is there than it may keep', async () => {
      await build('small', [1]);
      const { result, plan, before, after } = await prune({ all: true, keepBytes: 1000 * MEGABYTE });
      expect(result).toEqual({ deleted: [], freedBytes: 0 });
      expect(plan.records).toEqual([]);
      expect(ids(after)).toEqual(ids(before));
    });

    test('removes only what was unused for long enough, as predicted', async () => {
      await build('old', [1]);
      await engine.images.untag('prune/old:1');
      expect((await prune({ all: true, olderThanSeconds: 3600 })).result.deleted).toEqual([]);
      await sleep(3000);
      await build('new', [1]);
      await engine.images.untag('prune/new:1');
      const { plan, result, after } = await prune({ all: true, olderThanSeconds: 2 });
      expect([...result.deleted].sort()).toEqual(ids(plan.records));
      const left = after.map(({ description }) => description).join('\n');
      expect(left).toContain('/new-0');
      expect(left).not.toContain('/old-0');
    });
  });
});
