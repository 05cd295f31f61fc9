import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  archiveRelease,
  auditImage,
  buildRelease,
  bumpSite,
  checkSite,
  type FlowEvent,
  type ReleaseOptions,
  readRecords,
  verifyRelease,
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
import { createExampleWorld, type ExampleWorld } from './example-world.ts';
import { withPrivateEngines } from './on-each-engine.ts';
import { startRegistry, type TestRegistry, whyNoRegistry } from './registry.ts';
import { type StandInBuildkitd, startStandIn } from './stand-in-buildkitd.ts';

const reason = whyNoRegistry();
if (reason !== undefined) test.skip(`no engine: skipped, because ${reason}`, () => undefined);
else
  withPrivateEngines('a site without an engine, with a builder and a registry', () => {
    /** Whose BuildKit the builder is. */
    let far: PrivateEngine;
    let builder: StandInBuildkitd;
    let world: ExampleWorld;
    let registry: TestRegistry;
    let home: string;
    beforeAll(async () => {
      home = await mkdtemp(join(tmpdir(), 'registry-store-'));
      far = await startPrivateEngine({ version: '28.5', hasContainerdStore: true });
      [builder, world, registry] = await Promise.all([
        startStandIn(far),
        createExampleWorld(),
        startRegistry(),
      ]);
      await ensureBaseImages(far.host, [EXAMPLE_BASE_IMAGE]);
    });
    afterAll(async () => {
      builder.close();
      await world.close();
      await registry.stop();
      await far.stop();
      await rm(home, { recursive: true, force: true });
    });

    async function addSite(config: object = {}): Promise<ExampleSite> {
      const site = await world.addSite(far);
      const image = `${registry.host}/${site.image}`;
      const whole = {
        image,
        containerfile: site.containerfile,
        network: 'host',
        push: true,
        builder: builder.address,
        ...config,
      };
      await writeFile(join(site.folder, 'de-build.json'), JSON.stringify(whole));
      await site.commit('Build without an engine');
      return { ...site, image };
    }
    const optionsOf = (site: ExampleSite, dockerConfig = registry.dockerConfig) => ({
      site: site.folder,
      environment: { PATH: process.env.PATH, HOME: home, DOCKER_CONFIG: dockerConfig },
    });
    const release = (site: ExampleSite, options: Partial<ReleaseOptions> = {}) =>
      buildRelease({ ...optionsOf(site), ...options }).result;
    const authorization = () =>
      `Basic ${Buffer.from(`${registry.user}:${registry.password}`).toString('base64')}`;
    async function tagsOf(site: ExampleSite): Promise<readonly string[]> {
      const url = `http://${registry.host}/v2/${site.image.slice(site.image.indexOf('/') + 1)}/tags/list`;
      const answer = await fetch(url, { headers: { authorization: authorization() } });
      return answer.ok ? (((await answer.json()) as { tags: string[] | null }).tags ?? []) : [];
    }
    const versions = async (site: ExampleSite) =>
      (await readRecords({ site: site.folder })).manifests.map(({ siteVersion }) => siteVersion);

    test('releases: pushed by digest, audited from there, then tagged; verified and audited again', async () => {
      const site = await addSite();
      const checked = await checkSite(optionsOf(site));
      expect(checked.checks.find(({ id }) => id === 'engine')?.summary).toContain(
        `No engine; registry ${registry.host}`,
      );
      const notices: string[] = [];
      let whileSearching: Promise<readonly string[]> | undefined;
      const { manifest, imageId } = await release(site, {
        onEvent: (event) => {
          if (event.type === 'stage' && event.stage === 'verify' && event.state === 'started')
            whileSearching = tagsOf(site);
          if (event.type === 'notice') notices.push(event.text);
        },
      });
      expect(await whileSearching).toEqual([]);
      expect(notices).toContain(
        `No Docker Engine answers here: the images are kept in the registry ${registry.host}.`,
      );
      expect(manifest).toMatchObject({ pushed: `${site.image}@${imageId}`, audit: { outcome: 'clean' } });
      expect(manifest.apps.map(({ version }) => version)).toEqual(['15.1.0', '15.1.0', '15.0.0']);
      expect(manifest.image.treeDigest).toMatch(/^sha256:/);
      expect(await tagsOf(site)).toEqual(['1.0.0']);
      expect(await findInFiles(registry.dockerConfig, formsOf(world.token), join(home, 'patterns'))).toEqual(
        [],
      );
      expect(await verifyRelease(optionsOf(site))).toMatchObject({ passed: true });
      expect(await auditImage({ ...optionsOf(site), image: '1.0.0' })).toMatchObject({
        passed: true,
        imageId,
      });

      const to = { kind: 'registry', repository: `${registry.host}/another/erp` } as const;
      await expect(archiveRelease({ ...optionsOf(site), release: '1.0.0', to })).rejects.toMatchObject({
        code: 'engine-needed',
      });
      expect(await tagsOf(site)).toEqual(['1.0.0']);

      await expect(release(site)).rejects.toMatchObject({ code: 'checks-failed' });
      await site.commit('Record 1.0.0');
      await bumpSite({ site: site.folder, to: 'patch' });
      await release(site);
      expect([...(await tagsOf(site))].sort()).toEqual(['1.0.0', '1.0.1']);
    });

    test('an image that the audit refuses gets no tag', async () => {
      const site = await addSite({ tokenDelivery: 'inject' });
      const notices: string[] = [];
      const onEvent = (event: FlowEvent) => event.type === 'notice' && notices.push(event.text);
      await expect(release(site, { noCache: true, onEvent })).rejects.toMatchObject({ code: 'image-leaks' });
      // What was searched for can be found.
      expect(
        await findInFiles(registry.dockerConfig, formsOf(world.token), join(home, 'patterns')),
      ).not.toEqual([]);
      expect(notices).toContainEqual(expect.stringContaining(`without a tag, as ${site.image}@sha256:`));
      expect(await tagsOf(site)).toEqual([]);
      expect(await versions(site)).toEqual([]);
    });

    test('a registry that refuses the account, or is gone, ends the release before the build', async () => {
      const site = await addSite();
      const login = await mkdtemp(join(tmpdir(), 'registry-login-'));
      const auth = Buffer.from(`${registry.user}:wrong`).toString('base64');
      await writeFile(join(login, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }));
      const failing = async (options: Parameters<typeof checkSite>[0]) =>
        (await checkSite(options)).checks.flatMap(({ id, findings }) =>
          findings.filter(({ severity }) => severity === 'error').map((one) => `${id} ${one.id}`),
        );
      expect(await failing(optionsOf(site, login))).toContain('engine registry-refused');
      await rm(login, { recursive: true });
      expect(await failing(optionsOf(await addSite({ image: '127.0.0.1:1/acme/erp' })))).toContain(
        'engine registry-unreachable',
      );
    });

    test('without `push` the engine is missed', async () => {
      const site = await addSite({ push: false });
      const { checks } = await checkSite(optionsOf(site));
      expect(checks.find(({ id }) => id === 'engine')?.findings.map(({ id }) => id)).toEqual([
        expect.stringMatching(/^engine-/),
      ]);
    });
  });
