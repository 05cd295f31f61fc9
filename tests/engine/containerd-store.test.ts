import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  archiveRelease,
  buildRelease,
  bumpSite,
  connectEngine,
  rebuildRelease,
  restoreRelease,
  verifyRelease,
} from '@de-build/core';
import {
  EXAMPLE_BASE_IMAGE,
  ensureBaseImages,
  type PrivateEngine,
  startPrivateEngine,
} from '@de-build/testbed';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createExampleWorld, type ExampleWorld, siteOptions } from './example-world.ts';
import { withPrivateEngines } from './on-each-engine.ts';

withPrivateEngines('an engine with the image store of containerd', () => {
  let engine: PrivateEngine;
  let world: ExampleWorld;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'containerd-store-'));
    engine = await startPrivateEngine({ version: '28.5', hasContainerdStore: true });
    await ensureBaseImages(engine.host, [EXAMPLE_BASE_IMAGE]);
    world = await createExampleWorld();
  });
  afterAll(async () => {
    await world.close();
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('releases private apps, finds them in the cache, rebuilds, archives and restores them', async () => {
    const site = await world.addSite(engine, { privateFrappe: true });
    const options = siteOptions(site, engine);
    const first = await buildRelease({ ...options, noCache: true }).result;
    expect(first.manifest.audit).toMatchObject({ outcome: 'clean' });
    expect(await verifyRelease({ ...options })).toMatchObject({ passed: true });

    await site.commit('Record 1.0.0');
    await bumpSite({ site: site.folder, to: 'patch' });
    const second = await buildRelease({ ...options }).result;
    expect(second.manifest.timing.steps.filter(({ name }) => name.includes('bench init'))).toEqual([
      expect.objectContaining({ cached: true }),
    ]);

    const rebuilt = await rebuildRelease({ ...options, release: '1.0.0', cache: true });
    expect(rebuilt.outcome).toMatchObject({ verdict: 'identical' });

    // Another image takes the name of the base.
    const client = await connectEngine({ environment: {}, host: engine.host });
    const [base] = await client.images.list(EXAMPLE_BASE_IMAGE.split(':')[0] ?? '');
    await client.images.tag(base?.id ?? '', 'de-build-example/base:kept');
    await client.images.tag(second.imageId, EXAMPLE_BASE_IMAGE);
    const pinned = await rebuildRelease({ ...options, release: '1.0.0', cache: true });
    await client.images.tag(base?.id ?? '', EXAMPLE_BASE_IMAGE);
    expect(pinned.bases).toMatchObject([{ from: 'engine' }]);
    expect(pinned.outcome).toMatchObject({ verdict: 'identical' });
    expect(await client.images.list('de-build-example/base')).toHaveLength(2);

    await archiveRelease({ ...options, release: '1.0.1', to: { kind: 'folder', folder } });
    await client.images.untag(second.reference);
    expect(await client.images.inspect(second.reference)).toBeUndefined();
    await client.close();
    const restored = await restoreRelease({ ...options, release: '1.0.1', rebuild: 'never' });
    expect(restored).toMatchObject({ method: 'archive', imageId: expect.any(String) });
  });
});
