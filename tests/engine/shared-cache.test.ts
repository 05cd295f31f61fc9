import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import {
  buildRelease,
  checkSite,
  type FlowEvent,
  type Manifest,
  type ReleaseOptions,
  readRecords,
} from '@de-build/core';
import {
  EXAMPLE_BASE_IMAGE,
  type ExampleSite,
  ensureBaseImages,
  type PrivateEngine,
  startPrivateEngine,
} from '@de-build/testbed';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findInFiles, formsOf } from '../torture/find-bytes.ts';
import { createExampleWorld, type ExampleWorld, siteOptions } from './example-world.ts';
import { withPrivateEngines } from './on-each-engine.ts';
import { startRegistry, type TestRegistry, whyNoRegistry } from './registry.ts';
import { startStandIn } from './stand-in-buildkitd.ts';

const reason = whyNoRegistry();
if (reason !== undefined) test.skip(`a shared cache: skipped, because ${reason}`, () => undefined);
else
  withPrivateEngines('a shared cache', () => {
    /** With the image store of containerd. */
    let writer: PrivateEngine;
    /** With Docker's own. */
    let reader: PrivateEngine;
    let world: ExampleWorld;
    let registry: TestRegistry;
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'shared-cache-'));
      [writer, reader, world, registry] = await Promise.all([
        startPrivateEngine({ version: '28.5', hasContainerdStore: true }),
        startPrivateEngine({ version: '28.5' }),
        createExampleWorld(),
        startRegistry(),
      ]);
      await Promise.all([writer, reader].map(({ host }) => ensureBaseImages(host, [EXAMPLE_BASE_IMAGE])));
    });
    afterAll(async () => {
      await world.close();
      await registry.stop();
      await Promise.all([writer.stop(), reader.stop()]);
      await rm(folder, { recursive: true, force: true });
    });

    async function addSite(engine: PrivateEngine, config: object = {}): Promise<ExampleSite> {
      const site = await world.addSite(engine);
      const image = `${registry.host}/${site.image}`;
      const whole = { image, containerfile: site.containerfile, network: 'host', ...config };
      await writeFile(join(site.folder, 'de-build.json'), JSON.stringify(whole));
      await site.commit('Share the cache');
      return { ...site, image };
    }
    async function release(site: ExampleSite, engine: PrivateEngine, options: Partial<ReleaseOptions> = {}) {
      const common = siteOptions(site, engine);
      const environment = { ...common.environment, DOCKER_CONFIG: registry.dockerConfig };
      const events: FlowEvent[] = [];
      const onEvent = (event: FlowEvent) => events.push(event);
      const { manifest } = await buildRelease({ ...common, environment, onEvent, ...options }).result;
      return { manifest, events };
    }
    const benchIsCached = ({ timing }: Manifest) =>
      timing.steps.find(({ name }) => name.includes('bench init'))?.cached;
    const versions = async (site: ExampleSite) =>
      (await readRecords({ site: site.folder })).manifests.map(({ siteVersion }) => siteVersion);

    test('in a registry has the steps of all stages, neither token nor sources, and is found by another engine', async () => {
      const ref = `${registry.host}/cache/erp:main`;
      const first = await addSite(writer, { cacheTo: [`type=registry,ref=${ref},mode=max`] });
      const warned = await checkSite({ ...siteOptions(first, writer), skip: ['repositories', 'disk'] });
      expect(warned.checks.flatMap(({ findings }) => findings.map(({ id }) => id))).toContain(
        'cache-carries-private-code',
      );
      const { events } = await release(first, writer);
      expect(
        events.filter(({ type }) => type === 'stage').map((event) => 'stage' in event && event.stage),
      ).toContain('cache');
      expect(
        events.filter((event) => event.type === 'build-step' && event.name.includes('exporting cache')),
      ).not.toEqual([]);
      const mirror = await readdir(join(first.folder, '.de-build/mirror'), { recursive: true });
      const packs = mirror.filter((path) => path.endsWith('.pack')).map((path) => basename(path));
      expect(packs).not.toEqual([]);
      const secrets = [...formsOf(world.token), ...packs];
      expect(await findInFiles(registry.dockerConfig, secrets, join(folder, 'patterns'))).toEqual([]);

      const other = await addSite(reader);
      expect(benchIsCached((await release(other, reader, { cacheFrom: [ref] })).manifest)).toBe(true);
    });

    test('is written by a builder', async () => {
      const builder = await startStandIn(writer);
      try {
        const ref = `${registry.host}/cache/erp:builder`;
        const cache = { cacheTo: [`type=registry,ref=${ref}`], cacheFrom: [ref] };
        const { manifest } = await release(await addSite(reader), reader, {
          builder: builder.address,
          ...cache,
        });
        expect(manifest.builder.builder?.name).toBe(builder.address);
        const listed = await fetch(`http://${registry.host}/v2/cache/erp/manifests/builder`, {
          headers: {
            authorization: `Basic ${Buffer.from(`${registry.user}:${registry.password}`).toString('base64')}`,
            accept: 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json',
          },
        });
        expect(await listed.text()).toContain('buildkit.cacheconfig');
      } finally {
        builder.close();
      }
    });

    test('in a folder is found by another builder', async () => {
      const dest = join(folder, 'cache');
      const first = await addSite(writer);
      const written = await release(first, writer, {
        cacheFrom: [`type=local,src=${dest}`],
        cacheTo: [`type=local,dest=${dest},mode=max`],
      });
      const warnings = written.events.filter(({ type }) => type === 'build-warning');
      expect(warnings).toContainEqual(
        expect.objectContaining({ text: `There is no build cache in ${dest} yet.` }),
      );
      // As buildx reads it.
      const index = JSON.parse(await readFile(join(dest, 'index.json'), 'utf8'));
      expect(index.manifests).toMatchObject([
        { annotations: { 'org.opencontainers.image.ref.name': 'latest' } },
      ]);
      expect((await readdir(dest)).sort()).toEqual(['blobs', 'index.json', 'ingest', 'oci-layout']);
      expect((await stat(dest)).mode & 0o777).toBe(0o700);

      expect(await findInFiles(dest, formsOf(world.token), join(folder, 'patterns'))).toEqual([]);

      const fresh = await startPrivateEngine({ version: '28.5', hasContainerdStore: true });
      try {
        await ensureBaseImages(fresh.host, [EXAMPLE_BASE_IMAGE]);
        const other = await addSite(fresh);
        const { manifest } = await release(other, fresh, { cacheFrom: [`type=local,src=${dest}`] });
        expect(benchIsCached(manifest)).toBe(true);
      } finally {
        await fresh.stop();
      }
      await expect(
        release(await addSite(reader), reader, { cacheFrom: [`type=local,src=${dest}`] }),
      ).rejects.toMatchObject({
        code: 'cache-unsupported',
      });
    });

    test('in the image goes with its push', async () => {
      const pushed = await addSite(reader, { push: true, cacheTo: ['type=inline'] });
      await release(pushed, reader);
      const other = await addSite(writer, { cacheFrom: [`${pushed.image}:1.0.0`] });
      // An inline cache has the steps of the final stage only.
      const { manifest } = await release(other, writer);
      expect(
        manifest.timing.steps.find(({ name }) => name.includes('importing cache manifest')),
      ).toBeDefined();
    });

    test('is refused before the build where it cannot be written, or would hold the token', async () => {
      const cacheTo = [`type=registry,ref=${registry.host}/cache/erp:no`];
      const site = await addSite(reader);
      await expect(release(site, reader, { cacheTo })).rejects.toMatchObject({
        code: 'cache-unsupported',
        exitCode: 3,
      });
      const other = await addSite(writer);
      await expect(release(other, writer, { cacheTo, tokenDelivery: 'inject' })).rejects.toMatchObject({
        code: 'cache-would-hold-token',
      });
      await expect(release(other, writer, { cacheTo: ['type=gha'] })).rejects.toMatchObject({
        code: 'cache-entry-malformed',
      });
    });

    test('that cannot be written ends the release, or is a warning with ignore-error=true', async () => {
      const entry = 'type=registry,ref=127.0.0.1:1/cache/erp:gone';
      const site = await addSite(writer);
      await expect(release(site, writer, { cacheTo: [entry] })).rejects.toMatchObject({
        code: 'cache-not-written',
        exitCode: 6,
      });
      expect(await versions(site)).toEqual([]);
      const { events } = await release(site, writer, { cacheTo: [`${entry},ignore-error=true`] });
      expect(events.filter((event) => event.type === 'notice' && event.text.includes('cache'))).toHaveLength(
        1,
      );
      expect(await versions(site)).toEqual(['1.0.0']);
    });
  });
