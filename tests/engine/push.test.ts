import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildRelease,
  connectEngine,
  type Engine,
  type FlowEvent,
  type ReleaseOptions,
  readRecords,
} from '@de-build/core';
import type { ExampleSite } from '@de-build/testbed';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findInFiles, formsOf } from '../torture/find-bytes.ts';
import { createExampleWorld, type ExampleWorld, siteOptions } from './example-world.ts';
import { onEachEngine } from './on-each-engine.ts';
import { startRegistry, type TestRegistry, whyNoRegistry } from './registry.ts';

const reason = whyNoRegistry();
if (reason !== undefined) test.skip(`a release that is pushed: skipped, because ${reason}`, () => undefined);
else
  onEachEngine('a release that is pushed', (shared) => {
    let world: ExampleWorld;
    let registry: TestRegistry;
    let engine: Engine;
    beforeAll(async () => {
      world = await createExampleWorld();
      registry = await startRegistry();
      engine = await connectEngine({ environment: {}, host: shared.host });
    });
    afterAll(async () => {
      await engine.close();
      await registry.stop();
      await world.close();
    });

    async function addSite(host: string): Promise<ExampleSite> {
      const site = await world.addSite(shared);
      const image = `${host}/${site.image}`;
      const config = { image, containerfile: site.containerfile, network: 'host', push: true };
      await writeFile(join(site.folder, 'de-build.json'), JSON.stringify(config));
      await site.commit('Push it');
      return { ...site, image };
    }
    const release = (
      site: ExampleSite,
      options: Partial<ReleaseOptions> = {},
      config = registry.dockerConfig,
    ) => {
      const common = siteOptions(site, shared);
      const environment = { ...common.environment, DOCKER_CONFIG: config };
      return buildRelease({ ...common, environment, ...options }).result;
    };
    async function whatIsReleased(site: ExampleSite) {
      const tags = (await engine.images.list(site.image)).map(({ tag }) => tag);
      return {
        tags,
        versions: (await readRecords({ site: site.folder })).manifests.map((it) => it.siteVersion),
      };
    }
    async function digestThere(site: ExampleSite, tag: string) {
      const auth = Buffer.from(`${registry.user}:${registry.password}`).toString('base64');
      const path = site.image.slice(site.image.indexOf('/') + 1);
      const accept =
        'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json';
      const headers = { authorization: `Basic ${auth}`, accept };
      const answer = await fetch(`http://${registry.host}/v2/${path}/manifests/${tag}`, {
        method: 'HEAD',
        headers,
      });
      return answer.headers.get('docker-content-digest') ?? undefined;
    }

    test('is in the registry under the recorded digest, once', async () => {
      const site = await addSite(registry.host);
      const { manifest } = await release(site);
      expect(manifest.pushed).toBe(`${site.image}@${await digestThere(site, '1.0.0')}`);
      expect(await whatIsReleased(site)).toEqual({ tags: ['1.0.0'], versions: ['1.0.0'] });
      const patterns = join(world.folder, 'patterns');
      expect(await findInFiles(registry.dockerConfig, formsOf(world.token), patterns)).toEqual([]);
    });

    test('is refused before the build when the registry has the version', async () => {
      const first = await addSite(registry.host);
      await release(first);
      const other = await addSite(registry.host);
      const config = { image: first.image, containerfile: other.containerfile, network: 'host', push: true };
      await writeFile(join(other.folder, 'de-build.json'), JSON.stringify(config));
      await engine.images.untag(`${first.image}:1.0.0`);
      await expect(release(other)).rejects.toMatchObject({ code: 'version-pushed-before', exitCode: 8 });
      const before = await digestThere(first, '1.0.0');
      const notices: string[] = [];
      const onEvent = (event: FlowEvent) => event.type === 'notice' && notices.push(event.text);
      const forced = await release(other, { force: true, onEvent });
      expect(notices).toContainEqual(
        expect.stringMatching(/^127\.0\.0\.1:.*:1\.0\.0 is in its registry already \(sha256:/),
      );
      expect(forced.manifest.pushed).toContain(await digestThere(first, '1.0.0'));
      expect(forced.manifest.pushed).not.toContain(before);
    });

    test('is refused before the build when the registry refuses the account', async () => {
      const site = await addSite(registry.host);
      const config = await mkdtemp(join(tmpdir(), 'de-build-login-'));
      const auth = Buffer.from(`${registry.user}:wrong`).toString('base64');
      await writeFile(join(config, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }));
      const stages: string[] = [];
      const onEvent = (event: FlowEvent) => event.type === 'stage' && stages.push(event.stage);
      await expect(release(site, { onEvent }, config)).rejects.toMatchObject({
        code: 'registry-refused',
        fix: expect.stringContaining(`docker login ${registry.host}`),
      });
      expect(stages).not.toContain('build');
      await rm(config, { recursive: true });
    });

    test('is refused when another image has the version here', async () => {
      const site = await addSite(registry.host);
      await engine.images.tag(shared.busyboxImage, `${site.image}:1.0.0`);
      await expect(release(site, { force: true })).rejects.toMatchObject({
        code: 'push-replaces-local',
        exitCode: 8,
      });
      await engine.images.untag(`${site.image}:1.0.0`);
    });

    describe('and breaks off', () => {
      let proxy: Server;
      let answer: 401 | 403 | 429 | 503 | 'drop';
      let host: string;
      beforeAll(async () => {
        proxy = createServer((asked, response) => {
          const isUpload = asked.method === 'PATCH' || asked.method === 'PUT';
          if (isUpload && answer === 'drop') {
            asked.once('data', () => asked.destroy());
            return;
          }
          if (asked.method === 'POST' && answer !== 'drop') {
            asked.resume();
            const code = answer === 429 ? 'TOOMANYREQUESTS' : answer === 503 ? 'UNAVAILABLE' : 'DENIED';
            response.writeHead(answer, { 'content-type': 'application/json' });
            response.end(JSON.stringify({ errors: [{ code, message: 'not now' }] }));
            return;
          }
          const [hostname, port] = registry.host.split(':');
          const inner = request(
            { hostname, port, path: asked.url, method: asked.method, headers: asked.headers },
            (received) => {
              response.writeHead(received.statusCode ?? 500, received.headers);
              received.pipe(response);
            },
          );
          inner.on('error', () => response.destroy());
          asked.pipe(inner);
        });
        await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
        host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      });
      afterAll(() => {
        proxy.closeAllConnections();
        proxy.close();
      });

      test.each([401, 403, 429, 503, 'drop'] as const)('with %s leaves no tag and no record', async (how) => {
        answer = how;
        const site = await addSite(host);
        await expect(release(site)).rejects.toMatchObject({
          code: expect.stringMatching(/^registry-(?:refused|unreachable)$/),
          fix: expect.any(String),
        });
        expect(await whatIsReleased(site)).toEqual({ tags: [], versions: [] });
      });
    });
  });
