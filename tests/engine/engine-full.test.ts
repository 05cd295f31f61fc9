import { rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  EXAMPLE_BASE_IMAGE,
  type ExampleSite,
  ensureBaseImages,
  type PrivateEngine,
  privateEngineVersions,
  startPrivateEngine,
} from '@de-build/testbed';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { connectEngine } from '../../packages/core/src/engine/connect-engine.ts';
import { createExampleWorld, type ExampleWorld } from './example-world.ts';
import { fillDisk } from './fill-disk.ts';
import { withPrivateEngines } from './on-each-engine.ts';
import { runRelease } from './run-release.ts';

withPrivateEngines('an engine whose disk fills up', () => {
  let world: ExampleWorld;
  beforeAll(async () => {
    world = await createExampleWorld();
  });
  afterAll(() => world.close());

  describe.each(privateEngineVersions())('%s', (version) => {
    let engine: PrivateEngine;

    beforeAll(async () => {
      engine = await startPrivateEngine({ version, diskBytes: 1e9 });
      await ensureBaseImages(engine.host, [EXAMPLE_BASE_IMAGE]);
    });
    afterAll(() => engine.stop());

    afterEach(() => rmSync(join(engine.dataFolder, 'filler'), { force: true }));

    test.each([
      ['while it builds', '"stage":"build"'],
      ['while the image is looked at', '"stage":"verify"'],
    ])('%s: is reported, releases nothing, and the next run succeeds', async (_, stage) => {
      const site = await world.addSite(engine, { config: { minimumFreeDisk: '50 MB' } });
      const failed = await runRelease(site, engine, {
        args: ['--no-cache'],
        at: [stage, () => fillDisk(engine.dataFolder)],
      });
      expect(failed.outcome).toMatchObject({
        type: 'failed',
        code: expect.stringMatching(/^(?:build|build-step|engine)-failed$/),
        fix: expect.stringMatching(/^Free space/),
      });
      expect(await whatIsReleased(site)).toEqual({ tags: [], records: [] });

      rmSync(join(engine.dataFolder, 'filler'));
      expect(await runRelease(site, engine)).toMatchObject({ exitCode: 0 });
    });

    async function whatIsReleased(site: ExampleSite) {
      const client = await connectEngine({ environment: {}, host: engine.host });
      const tags = await client.images.list(site.image);
      await client.close();
      return { tags, records: await readdir(join(site.folder, 'build-manifests')).catch(() => []) };
    }
  });
});
