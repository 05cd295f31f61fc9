import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildRelease, bumpSite, connectEngine, type FlowEvent } from '@de-build/core';
import { expect, test } from '@jest/globals';
import { createExampleWorld, siteOptions } from './example-world.ts';
import { onEachEngine } from './on-each-engine.ts';

onEachEngine("the proxies of Docker's configuration", (engine) => {
  test('reach the steps, and neither the history of the image nor the cache key', async () => {
    const world = await createExampleWorld();
    const folder = await mkdtemp(join(tmpdir(), 'proxies-'));
    const client = await connectEngine({ environment: {}, host: engine.host });
    try {
      const site = await world.addSite(engine);
      await writeFile(
        join(site.folder, site.containerfile),
        `ARG BASE_IMAGE\nFROM ${engine.baseImage}\nRUN --mount=type=secret,id=apps_json echo "by $http_proxy"; case "$HTTP_PROXY" in *invalid*) echo is-'there';; esac\n`,
      );
      await writeFile(join(site.folder, 'apps.json'), '[]\n');
      const common = siteOptions(site, engine);
      const releaseBy = async (httpProxy: string, noCache: boolean) => {
        await writeFile(join(folder, 'config.json'), JSON.stringify({ proxies: { default: { httpProxy } } }));
        const events: FlowEvent[] = [];
        const environment = { ...common.environment, DOCKER_CONFIG: folder };
        const { result } = buildRelease({
          ...common,
          environment,
          noCache,
          onEvent: (event) => events.push(event),
        });
        return { released: await result, text: JSON.stringify(events), events };
      };
      const first = await releaseBy('http://me:planted-pass-word@proxy.invalid:3128', true);
      expect(first.text.includes('is-there')).toBe(true);
      expect(first.text.includes('planted-pass-word')).toBe(false);
      const { history } = await client.images.describe(first.released.imageId);
      expect(JSON.stringify(history)).not.toContain('proxy.invalid');

      await bumpSite({ site: site.folder, to: 'patch' });
      const second = await releaseBy('http://other.invalid:3128', false);
      const ran = second.events.filter(
        (event) => event.type === 'build-step' && event.state === 'done' && /\] RUN /.test(event.name),
      );
      expect(ran).toEqual([]);
    } finally {
      await client.close();
      await rm(folder, { recursive: true, force: true });
      await world.close();
    }
  });
});
