import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildRelease,
  bumpSite,
  checkSite,
  connectEngine,
  type Engine,
  rebuildRelease,
} from '@de-build/core';
import type { ExampleSite } from '@de-build/testbed';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createExampleWorld, type ExampleWorld, siteOptions } from './example-world.ts';
import { onEachEngine } from './on-each-engine.ts';

onEachEngine('the platform of an image', (engine) => {
  let world: ExampleWorld;
  let client: Engine;
  beforeAll(async () => {
    world = await createExampleWorld();
    client = await connectEngine({ environment: {}, host: engine.host });
  });
  afterAll(async () => {
    await client.close();
    await world.close();
  });

  const release = (site: ExampleSite, platform: string) => {
    const options = siteOptions(site, engine);
    const environment = { ...options.environment, DOCKER_DEFAULT_PLATFORM: platform };
    return buildRelease({ ...options, environment }).result;
  };

  test('is the one of DOCKER_DEFAULT_PLATFORM where files are only copied, also when it is rebuilt', async () => {
    const site = await world.addSite(engine);
    await writeFile(join(site.folder, 'apps.json'), '[]\n');
    await writeFile(join(site.folder, 'file.txt'), 'copied\n');
    await writeFile(join(site.folder, '.dockerignore'), '*\n!file.txt\n');
    await writeFile(join(site.folder, site.containerfile), 'FROM scratch\nCOPY file.txt /\nCMD ["/none"]\n');
    await site.commit('Copy a file only');
    const { platform: own } = await client.about();
    const other = own === 'linux/arm64' ? 'linux/amd64' : 'linux/arm64';

    const released = await release(site, `${other}/${other === 'linux/arm64' ? 'v8' : 'v1'}`);
    expect((await client.images.inspect(released.imageId))?.platform).toContain(other);
    expect(released.manifest).toMatchObject({ platform: other });

    await site.commit('Record 1.0.0');
    await bumpSite({ site: site.folder, to: 'patch' });
    const rebuilt = await rebuildRelease({ ...siteOptions(site, engine), release: '1.0.0' });
    expect(rebuilt.outcome).toMatchObject({ verdict: expect.stringMatching(/^(?:identical|equivalent)$/) });
  });

  test('is refused before the build when its steps cannot run', async () => {
    const site = await world.addSite(engine);
    await expect(release(site, 'linux/s390x')).rejects.toMatchObject({
      code: 'platform-unsupported',
      why: expect.stringContaining('linux/'),
    });
    expect(await client.images.list(site.image)).toEqual([]);
    const options = siteOptions(site, engine);
    const environment = { ...options.environment, DOCKER_DEFAULT_PLATFORM: 'linux/s390x' };
    const { checks, passed } = await checkSite({ ...options, environment });
    expect(passed).toBe(false);
    expect(checks.find(({ id }) => id === 'build')?.findings).toMatchObject([{ id: 'platform-unsupported' }]);
  });
});
