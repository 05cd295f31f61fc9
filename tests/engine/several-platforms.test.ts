import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  archiveRelease,
  auditImage,
  buildRelease,
  bumpSite,
  connectEngine,
  type Engine,
  type FlowEvent,
  rebuildRelease,
  restoreRelease,
  verifyRelease,
} from '@de-build/core';
import {
  EXAMPLE_BASE_IMAGE,
  type ExampleSite,
  ensureBaseImages,
  type PrivateEngine,
  startPrivateEngine,
} from '@de-build/testbed';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Secret } from '../../packages/core/src/secrets/secret.ts';
import { type Emulation, startEmulation, whyNoEmulation } from './emulation.ts';
import { createExampleWorld, type ExampleWorld, siteOptions } from './example-world.ts';
import { onOneEngine, withPrivateEngines } from './on-each-engine.ts';
import { startRegistry, type TestRegistry, whyNoRegistry } from './registry.ts';
import { type StandInBuildkitd, startStandIn } from './stand-in-buildkitd.ts';

const BOTH = ['linux/amd64', 'linux/arm64'];

/** Its steps run on the builder's own platform; the last stage only copies, for each platform. */
async function forBothPlatforms(site: ExampleSite, last: readonly string[] = []): Promise<ExampleSite> {
  const path = join(site.folder, site.containerfile);
  const [built = ''] = (await readFile(path, 'utf8')).split(/^FROM base AS backend$/m);
  const stage = [
    'FROM scratch',
    'ARG TARGETARCH',
    'COPY --from=builder --chown=1000:1000 /home/frappe/frappe-bench /home/frappe/frappe-bench',
    'COPY resources/architecture-$TARGETARCH /architecture',
    ...last,
    'CMD ["/none"]',
    '',
  ];
  await writeFile(
    path,
    built.replace('FROM ${BASE_IMAGE}', 'FROM --platform=$BUILDPLATFORM ${BASE_IMAGE}') + stage.join('\n'),
  );
  for (const name of ['amd64', 'arm64'])
    await writeFile(join(site.folder, `resources/architecture-${name}`), `${name}\n`);
  await site.commit('Build for both platforms');
  return site;
}

onOneEngine('several platforms on an engine that holds one', (engine) => {
  let world: ExampleWorld;
  beforeAll(async () => {
    world = await createExampleWorld();
  });
  afterAll(() => world.close());

  test('are refused before the build', async () => {
    const site = await forBothPlatforms(await world.addSite(engine));
    const stages: string[] = [];
    const onEvent = (event: FlowEvent) => {
      if (event.type === 'stage') stages.push(event.stage);
    };
    const release = buildRelease({ ...siteOptions(site, engine), platform: BOTH.join(','), onEvent });
    await expect(release.result).rejects.toMatchObject({
      code: 'platforms-many',
      fix: expect.stringContaining('containerd-snapshotter'),
    });
    expect(stages).not.toContain('fetch');
  });
});

withPrivateEngines('one image for several platforms', () => {
  let engine: PrivateEngine;
  let world: ExampleWorld;
  let client: Engine;
  let folder: string;
  const unemulated = whyNoEmulation();
  let emulation: Emulation | undefined;
  beforeAll(async () => {
    // BuildKit keeps the list of what it can run for 20 s.
    emulation = unemulated === undefined ? await startEmulation() : undefined;
    folder = await mkdtemp(join(tmpdir(), 'several-platforms-'));
    engine = await startPrivateEngine({ version: '28.5', hasContainerdStore: true });
    await ensureBaseImages(engine.host, [EXAMPLE_BASE_IMAGE]);
    world = await createExampleWorld();
    client = await connectEngine({ environment: {}, host: engine.host });
  });
  afterAll(async () => {
    emulation?.stop();
    await client.close();
    await world.close();
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const architectures = async (images: Engine['images'], reference: string) => {
    const read = BOTH.map(async (platform) =>
      String(await images.forPlatform(platform).readFile(reference, '/architecture')),
    );
    return (await Promise.all(read)).map((text) => text.trim());
  };

  test('is verified, audited and recorded for each, archived, restored, and rebuilt', async () => {
    const site = await forBothPlatforms(await world.addSite(engine, { privateFrappe: true }));
    const options = { ...siteOptions(site, engine), platform: BOTH.join(',') };
    const first = await buildRelease(options).result;
    const { image, platform, audit } = first.manifest;
    expect({ platform, outcome: audit?.outcome }).toEqual({ platform: BOTH.join(','), outcome: 'clean' });
    expect(image).toMatchObject({
      platform: 'linux/amd64',
      treeDigest: expect.stringMatching(/^sha256:/),
      otherPlatforms: [{ platform: 'linux/arm64', treeDigest: expect.stringMatching(/^sha256:/) }],
    });
    const [other] = image.otherPlatforms ?? [];
    expect(other?.treeDigest).not.toBe(image.treeDigest);
    expect(other?.layers?.[0]).toBe(image.layers?.[0]);
    expect(first.manifest.apps.map(({ version }) => version)).toEqual(['15.1.0', '15.1.0', '15.0.0']);
    expect(await client.images.platformsOf(first.reference)).toEqual(BOTH);
    expect(await architectures(client.images, first.reference)).toEqual(['amd64', 'arm64']);

    const verified = await verifyRelease(options);
    expect(verified).toMatchObject({ passed: true });
    expect(verified.points.filter(({ id }) => id === 'files')).toEqual([
      expect.objectContaining({ platform: 'linux/amd64', status: 'same' }),
      expect.objectContaining({ platform: 'linux/arm64', status: 'same' }),
    ]);
    expect(await auditImage(options)).toMatchObject({ passed: true, imageId: first.imageId });

    const to = { kind: 'folder', folder } as const;
    await site.commit('Record 1.0.0');
    await archiveRelease({ ...options, release: '1.0.0', to });
    await client.images.untag(first.reference);
    expect(await client.images.inspect(first.imageId)).toBeUndefined();
    const restored = await restoreRelease({ ...options, release: '1.0.0', rebuild: 'never' });
    expect(restored).toMatchObject({ method: 'archive', imageId: first.imageId });
    expect(await architectures(client.images, first.reference)).toEqual(['amd64', 'arm64']);

    const rebuilt = await rebuildRelease({ ...options, release: '1.0.0' });
    expect(rebuilt.plan.platforms).toEqual(BOTH);
    expect(rebuilt.outcome).toMatchObject({ verdict: expect.stringMatching(/^(?:identical|equivalent)$/) });
  });

  test('is refused for a secret that only one of them holds, which is named', async () => {
    const site = await forBothPlatforms(await world.addSite(engine));
    const options = { ...siteOptions(site, engine), platform: BOTH.join(',') };
    await writeFile(join(site.folder, 'resources/architecture-arm64'), `${world.token}\n`);
    const leaks: string[] = [];
    const onEvent = (event: FlowEvent) => {
      if (event.type === 'leak') leaks.push(event.where);
    };
    await expect(buildRelease({ ...options, onEvent }).result).rejects.toMatchObject({ code: 'image-leaks' });
    expect(leaks).toEqual([expect.stringMatching(/^architecture \(layer \d of \d, linux\/arm64\)$/)]);
    expect(await client.images.list(site.image)).toEqual([]);
  });

  test('is refused where an app is missing for one of them', async () => {
    const only = ['COPY resources/apps-$TARGETARCH.json /home/frappe/frappe-bench/sites/apps.json'];
    const site = await world.addSite(engine);
    const options = { ...siteOptions(site, engine), platform: BOTH.join(',') };
    await forBothPlatforms(site);
    const { reference } = await buildRelease(options).result;
    const listed = await client.images.readFile(reference, '/home/frappe/frappe-bench/sites/apps.json');
    await writeFile(join(site.folder, 'resources/apps-amd64.json'), listed ?? '');
    await writeFile(join(site.folder, 'resources/apps-arm64.json'), '{}');
    await bumpSite({ site: site.folder, to: 'patch' });
    const path = join(site.folder, site.containerfile);
    await writeFile(path, (await readFile(path, 'utf8')).replace('CMD', `${only}\nCMD`));
    await site.commit('Change the apps of one');
    await expect(buildRelease(options).result).rejects.toMatchObject({ code: 'image-apps-missing' });
    expect((await client.images.list(site.image)).map(({ tag }) => tag)).toEqual(['1.0.0']);
  });

  test('is another image when it is rebuilt with other files for one of them', async () => {
    const site = await world.addSite(engine);
    const options = { ...siteOptions(site, engine), platform: BOTH.join(',') };
    await forBothPlatforms(site, ['COPY --from=builder /home/frappe/of-$TARGETARCH /of']);
    const path = join(site.folder, site.containerfile);
    const random = [
      'RUN echo amd64 > /home/frappe/of-amd64 && head -c 8 /dev/urandom > /home/frappe/of-arm64 && \\',
      '    touch -d @0 /home/frappe/of-amd64 /home/frappe/of-arm64',
    ];
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('FROM scratch', `${random.join('\n')}\nFROM scratch`));
    await site.commit('Have something random for arm64');
    const { imageId, reference } = await buildRelease(options).result;
    const { outcome } = await rebuildRelease({ ...options, release: '1.0.0' });
    expect(outcome).toMatchObject({ verdict: 'different', proof: expect.stringContaining('linux/arm64: ') });
    await client.images.untag(reference);
    await client.images.untag(imageId);
    await expect(restoreRelease({ ...options, release: '1.0.0' })).rejects.toMatchObject({
      code: 'restored-different',
    });
  });

  test('may take another stage for each, by its architecture', async () => {
    const site = await world.addSite(engine);
    await writeFile(join(site.folder, 'apps.json'), '[]\n');
    const lines = [
      'FROM scratch AS of-amd64',
      'COPY resources/architecture-amd64 /architecture',
      'FROM scratch AS of-arm64',
      'COPY resources/architecture-arm64 /architecture',
      'FROM of-${TARGETARCH}',
      'CMD ["/none"]',
    ];
    await writeFile(join(site.folder, site.containerfile), lines.join('\n'));
    for (const name of ['amd64', 'arm64'])
      await writeFile(join(site.folder, `resources/architecture-${name}`), `${name}\n`);
    await site.commit('Take a stage by its architecture');
    for (const platform of BOTH) {
      const options = { ...siteOptions(site, engine), platform, force: true };
      const { manifest, reference } = await buildRelease(options).result;
      expect(manifest.image.baseImages).toEqual([]);
      expect(String(await client.images.readFile(reference, '/architecture'))).toBe(
        `${platform.split('/')[1]}\n`,
      );
    }
    const { reference } = await buildRelease({
      ...siteOptions(site, engine),
      platform: BOTH.join(','),
      force: true,
    }).result;
    expect(await architectures(client.images, reference)).toEqual(['amd64', 'arm64']);
  });

  test('is recorded with the labels of the platform that is named first', async () => {
    const site = await world.addSite(engine);
    await forBothPlatforms(site, ['LABEL architecture=$TARGETARCH']);
    const options = { ...siteOptions(site, engine), platform: [...BOTH].reverse().join(',') };
    const { manifest } = await buildRelease(options).result;
    expect(manifest.image).toMatchObject({ platform: 'linux/arm64', labels: { architecture: 'arm64' } });
    expect(await verifyRelease(options)).toMatchObject({ passed: true });
  });

  test('comes from a builder into the engine', async () => {
    const builder: StandInBuildkitd = await startStandIn(engine);
    try {
      const site = await forBothPlatforms(await world.addSite(engine));
      const options = { ...siteOptions(site, engine), platform: BOTH.join(','), builder: builder.address };
      const { reference, manifest } = await buildRelease(options).result;
      expect(manifest.image.otherPlatforms).toHaveLength(1);
      expect(await architectures(client.images, reference)).toEqual(['amd64', 'arm64']);
    } finally {
      builder.close();
    }
  });

  if (unemulated !== undefined)
    test.skip(`run steps for each: skipped, because ${unemulated}`, () => undefined);
  else
    test('has steps that run for each, where one is emulated', async () => {
      const site = await world.addSite(engine);
      await writeFile(join(site.folder, 'apps.json'), '[]\n');
      await writeFile(join(site.folder, '.dockerignore'), '*\n!busybox-*\n');
      const lines = [
        'FROM scratch',
        'ARG TARGETARCH',
        'COPY --chmod=755 busybox-$TARGETARCH /bin/busybox',
        'RUN ["/bin/busybox", "sh", "-c", "/bin/busybox uname -m > /architecture"]',
        'CMD ["/bin/busybox"]',
      ];
      await writeFile(join(site.folder, site.containerfile), lines.join('\n'));
      const options = { ...siteOptions(site, engine), platform: BOTH.join(',') };
      for (const [name, path] of Object.entries(emulation?.busybox ?? {}))
        await copyFile(path, join(site.folder, `busybox-${name}`));
      await site.commit('Run a step');
      const { reference } = await buildRelease(options).result;
      expect(await architectures(client.images, reference)).toEqual(['x86_64', 'aarch64']);
    });

  const reason = whyNoRegistry();
  if (reason !== undefined) test.skip(`in a registry: skipped, because ${reason}`, () => undefined);
  else
    describe('in a registry', () => {
      let registry: TestRegistry;
      beforeAll(async () => {
        registry = await startRegistry();
      });
      afterAll(() => registry.stop());

      test('is pushed from the engine, for each', async () => {
        const site = await world.addSite(engine);
        const image = `${registry.host}/${site.image}`;
        await writeFile(
          join(site.folder, 'de-build.json'),
          JSON.stringify({ image, containerfile: site.containerfile, push: true, platform: BOTH.join(',') }),
        );
        await forBothPlatforms({ ...site, image });
        const options = siteOptions(site, engine);
        const environment = { ...options.environment, DOCKER_CONFIG: registry.dockerConfig };
        const pushed = await buildRelease({ ...options, environment }).result;
        const { imageId, reference } = pushed;
        expect(pushed.manifest.pushed).toBe(`${image}@${imageId}`);

        // A pull brings only the platform of the engine.
        await client.images.untag(reference);
        const access = {
          credential: { username: registry.user, password: new Secret('x', registry.password) },
        };
        await client.registries.pull(`${image}@${imageId}`, access);
        await client.images.tag(`${image}@${imageId}`, reference);
        const { passed, points } = await verifyRelease(options);
        expect(passed).toBe(true);
        expect(points.find(({ platform }) => platform === 'linux/arm64')).toMatchObject({
          status: 'unknown',
          why: expect.stringContaining('without this platform'),
        });
        await expect(
          archiveRelease({ ...options, release: '1.0.0', to: { kind: 'folder', folder } }),
        ).rejects.toMatchObject({ code: 'archive-incomplete', what: expect.stringContaining('linux/arm64') });
        const notices: string[] = [];
        const onEvent = (event: FlowEvent) => {
          if (event.type === 'notice') notices.push(event.text);
        };
        await restoreRelease({ ...options, release: '1.0.0', onEvent });
        expect(notices).toContainEqual(expect.stringContaining('without linux/arm64'));
      });

      test('is kept there without an engine, and read for each', async () => {
        const builder = await startStandIn(engine);
        try {
          const site = await world.addSite(engine);
          const image = `${registry.host}/${site.image}`;
          const config = { image, push: true, builder: builder.address, platform: BOTH.join(',') };
          await writeFile(
            join(site.folder, 'de-build.json'),
            JSON.stringify({ ...config, containerfile: site.containerfile }),
          );
          await forBothPlatforms({ ...site, image });
          const environment = { PATH: process.env.PATH, HOME: folder, DOCKER_CONFIG: registry.dockerConfig };
          const options = { site: site.folder, environment };
          const { manifest, imageId } = await buildRelease(options).result;
          expect(manifest).toMatchObject({
            pushed: `${image}@${imageId}`,
            audit: { outcome: 'clean' },
            image: { platform: 'linux/amd64', otherPlatforms: [{ platform: 'linux/arm64' }] },
          });
          expect(await verifyRelease(options)).toMatchObject({ passed: true });
          expect(await auditImage(options)).toMatchObject({ passed: true, imageId });
          await expect(
            archiveRelease({ ...options, release: '1.0.0', to: { kind: 'folder', folder } }),
          ).rejects.toMatchObject({ code: 'engine-needed' });
        } finally {
          builder.close();
        }
      });
    });
});
