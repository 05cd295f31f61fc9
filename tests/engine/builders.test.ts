import { rmSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  auditImage,
  buildRelease,
  bumpSite,
  checkSite,
  connectEngine,
  type FlowEvent,
  pruneBuildCache,
  rebuildRelease,
} from '@de-build/core';
import {
  EXAMPLE_BASE_IMAGE,
  ensureBaseImages,
  type HostCertificates,
  makeHostCertificates,
  type PrivateEngine,
  startPrivateEngine,
} from '@de-build/testbed';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createExampleWorld, type ExampleWorld, siteOptions } from './example-world.ts';
import { withPrivateEngines } from './on-each-engine.ts';
import {
  docker,
  makeKubectl,
  type StandInBuildkitd,
  startStandIn,
  startStandInContainer,
} from './stand-in-buildkitd.ts';

jest.setTimeout(600_000);

withPrivateEngines('builders', () => {
  /** Whose BuildKit the builders are. */
  let far: PrivateEngine;
  /** Where the images go. */
  let engine: PrivateEngine;
  let world: ExampleWorld;
  let folder: string;
  let plain: StandInBuildkitd;
  let secured: StandInBuildkitd;
  let certificates: HostCertificates;
  let environment: Record<string, string | undefined>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'builders-'));
    [far, engine] = await Promise.all([
      startPrivateEngine({ version: '28.5', hasContainerdStore: true }),
      startPrivateEngine({ version: '20.10' }),
    ]);
    await ensureBaseImages(far.host, [EXAMPLE_BASE_IMAGE]);
    await ensureBaseImages(engine.host, [EXAMPLE_BASE_IMAGE]);
    world = await createExampleWorld();
    certificates = await makeHostCertificates(folder);
    plain = await startStandIn(far);
    const ca = await readFile(certificates.authorityFile, 'utf8');
    secured = await startStandIn(far, { ca, ...certificates.good });
    await writeFile(join(folder, 'client.pem'), certificates.good.cert);
    await writeFile(join(folder, 'client.key'), certificates.good.key);
    await startStandInContainer(far, 'buildx_buildkit_in-container0');
    await startStandInContainer(far, 'in-cluster0-abc');
    await docker(far, 'run', '--detach', '--name', 'no-buildctl', EXAMPLE_BASE_IMAGE, 'sleep', 'infinity');
    const kubectl = await makeKubectl(far, ['in-cluster0-abc']);
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, KUBECONFIG);
    environment = {
      PATH: `${kubectl}:${process.env.PATH}`,
      HOME: process.env.HOME,
      BUILDX_CONFIG: join(folder, 'buildx'),
      KUBECONFIG: kubeconfig,
    };
    const buildx = (...args: string[]) => create(far, environment, args);
    await buildx('in-container', '--driver', 'docker-container', far.host);
    await buildx('in-cluster', '--driver', 'kubernetes', '--driver-opt', 'namespace=builds');
    const tls = `cacert=${certificates.authorityFile},cert=${folder}/client.pem,key=${folder}/client.key`;
    await buildx('secured', '--driver', 'remote', '--driver-opt', tls, secured.address);
  });
  afterAll(async () => {
    plain?.close();
    secured?.close();
    await world?.close();
    await Promise.all([far?.stop(), engine?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const optionsOf = (site: Awaited<ReturnType<ExampleWorld['addSite']>>) => ({
    ...siteOptions(site, engine),
    environment,
  });

  test('an address: private apps are built there, and the image is audited and tagged here', async () => {
    const site = await world.addSite(engine, { privateFrappe: true });
    const options = { ...optionsOf(site), builder: plain.address };
    expect(await checkSite(options)).toMatchObject({ passed: true });
    const first = await buildRelease({ ...options, noCache: true }).result;
    expect(first.manifest).toMatchObject({
      audit: { outcome: 'clean' },
      builder: { engineVersion: expect.stringMatching(/^20\.10/), builder: { name: plain.address } },
    });
    const client = await connectEngine({ environment: {}, host: engine.host });
    expect(await client.images.inspect(first.reference)).toMatchObject({ id: first.imageId });
    expect(await client.images.list(first.plan.image)).toHaveLength(1);
    await client.close();

    await site.commit('Record 1.0.0');
    await bumpSite({ site: site.folder, to: 'patch' });
    const second = await buildRelease(options).result;
    expect(second.manifest.timing.steps.filter(({ name }) => name.includes('bench init'))).toEqual([
      expect.objectContaining({ cached: true }),
    ]);
    expect(second.manifest.image.layers).toEqual(first.manifest.image.layers);

    await site.commit('Record 1.0.1');
    const withBuilder = {
      ...optionsOf(site),
      environment: { ...environment, BUILDX_BUILDER: plain.address },
    };
    const rebuilt = await rebuildRelease({ ...withBuilder, release: '1.0.1', cache: true });
    expect(rebuilt.plan.builder).toEqual({ name: plain.address, driver: 'remote' });
    expect(rebuilt.outcome).toMatchObject({ verdict: 'identical' });

    const prune = { ...optionsOf(site), builder: plain.address };
    const planned = await pruneBuildCache({ ...prune, dryRun: true });
    expect(planned.records.map(({ description }) => description).join('\n')).toContain('bench init');
    const pruned = await pruneBuildCache({ ...prune, all: true });
    expect(pruned.freedBytes).toBeGreaterThan(0);
    expect(pruned.after).toBeLessThan(pruned.before);
    const nothing = await pruneBuildCache({ ...prune, olderThanSeconds: 400 * 86_400 });
    expect(nothing.records).toEqual([]);

    // The image is here: without its builder only the build records are not searched.
    await writeFile(
      join(site.folder, 'de-build.json'),
      JSON.stringify({
        ...JSON.parse(await readFile(join(site.folder, 'de-build.json'), 'utf8')),
        builder: 'tcp://127.0.0.1:1',
      }),
    );
    const notices: string[] = [];
    const audited = await auditImage({
      ...optionsOf(site),
      image: '1.0.0',
      onEvent: (event: FlowEvent) => event.type === 'notice' && notices.push(event.text),
    });
    expect(audited).toMatchObject({ passed: true });
    expect(notices.join()).toContain("The engine's build records and cache were not searched");
  });

  test.each(['in-container', 'in-cluster', 'secured'])('%s, as docker buildx created it', async (builder) => {
    const site = await world.addSite(engine, { privateFrappe: true });
    const { manifest } = await buildRelease({ ...optionsOf(site), builder }).result;
    expect(manifest).toMatchObject({ audit: { outcome: 'clean' }, builder: { builder: { name: builder } } });
  });

  test('what is wrong with a builder is a finding of `check`', async () => {
    const site = await world.addSite(engine);
    const codeOf = async (builder: string, changes: Record<string, string> = {}) => {
      const options = { ...optionsOf(site), environment: { ...environment, ...changes } };
      const { checks } = await checkSite({ ...options, builder, skip: ['repositories'] });
      return checks.flatMap(({ findings }) => findings.map(({ id, why }) => `${id}: ${why}`));
    };
    expect(await codeOf('nowhere')).toEqual([
      'builder-unknown: docker buildx knows in-cluster, in-container, secured here, and it is not an address.',
    ]);
    expect(await codeOf('tcp://127.0.0.1:1')).toEqual([
      'builder-unreachable: The connection was refused: nothing listens there.',
    ]);
    expect(await codeOf('unix:///nowhere.sock')).toEqual(['builder-unreachable: There is no such socket.']);
    expect(await codeOf(secured.address)).toEqual([expect.stringMatching(/^builder-unreachable: /)]);
    expect(await codeOf('docker-container://missing', { DOCKER_HOST: far.host })).toEqual([
      'builder-not-running: Its engine has no container missing.',
    ]);
    expect(await codeOf(`docker-container://no-buildctl`, { DOCKER_HOST: far.host })).toEqual([
      'builder-unreachable: `buildctl dial-stdio` in the container no-buildctl failed.',
    ]);
    await docker(far, 'pause', 'in-cluster0-abc');
    expect(await codeOf('docker-container://in-cluster0-abc', { DOCKER_HOST: far.host })).toEqual([
      'builder-not-running: Its container in-cluster0-abc is stopped.',
    ]);
    await docker(far, 'unpause', 'in-cluster0-abc');
    expect(await codeOf('kube-pod://missing')).toEqual([
      expect.stringMatching(/^builder-unreachable: kubectl ended with 1/),
    ]);
    expect(await codeOf('in-cluster', { PATH: '/nowhere' })).toContainEqual(
      expect.stringMatching(/^program-missing: /),
    );
  });

  test.each([
    ['no certificate', (f: string) => ({ ca: f }), 'wants a certificate from us'],
    [
      'an expired one',
      (f: string) => ({ ca: f, cert: 'expired.pem', key: 'expired.key' }),
      'refused our certificate, or wants one',
    ],
    [
      'an unknown authority',
      () => ({ ca: 'other.pem', cert: 'client.pem', key: 'client.key' }),
      'not signed by an authority that is trusted here',
    ],
  ])('TLS with %s is refused', async (_title, filesOf, why) => {
    const builder = { address: secured.address, ...filesOf('ca.pem') };
    const site = await world.addSite(engine, { config: { builder } });
    for (const [name, { cert, key }] of Object.entries({
      expired: certificates.expired,
      other: certificates.selfSigned,
      client: certificates.good,
    })) {
      await writeFile(join(site.folder, `${name}.pem`), cert);
      await writeFile(join(site.folder, `${name}.key`), key);
    }
    await copyFile(certificates.authorityFile, join(site.folder, 'ca.pem'));
    const { checks } = await checkSite({ ...optionsOf(site), skip: ['repositories'] });
    expect(checks.flatMap(({ findings }) => findings)).toContainEqual(
      expect.objectContaining({ id: 'builder-tls-failed', why: expect.stringContaining(why) }),
    );
  });

  test('two sites build on one builder at once, and neither gets what is of the other', async () => {
    const sites = await Promise.all([world.addSite(engine), world.addSite(engine)]);
    const own = sites.map(({ image }) => image);
    for (const site of sites) {
      await writeFile(join(site.folder, 'resources/own.txt'), site.image);
      const path = join(site.folder, site.containerfile);
      await writeFile(path, `${await readFile(path, 'utf8')}\nCOPY resources/own.txt /own.txt\n`);
      await site.commit('Have a file of its own');
    }
    const client = await connectEngine({ environment: {}, host: engine.host });
    try {
      // The second time each is found in the cache of the builder.
      for (const noCache of [true, false]) {
        const released = await Promise.all(
          sites.map(
            (site) =>
              buildRelease({ ...optionsOf(site), builder: plain.address, noCache, force: true }).result,
          ),
        );
        const read = released.map(async ({ imageId }) =>
          String(await client.images.readFile(imageId, '/own.txt')),
        );
        expect(await Promise.all(read)).toEqual(own);
      }
    } finally {
      await client.close();
    }
  });

  test('a builder that breaks off, and an interrupt, leave nothing', async () => {
    const site = await world.addSite(engine, { privateFrappe: true });
    const whenInstalling = (act: () => void) => (event: FlowEvent) => {
      if (event.type === 'build-step' && event.name.includes('bench init') && event.state === 'started')
        act();
    };
    const options = { ...optionsOf(site), builder: plain.address, noCache: true };
    const broken = buildRelease({ ...options, onEvent: whenInstalling(() => plain.breakOff()) }).result;
    await expect(broken).rejects.toMatchObject({ code: 'builder-lost', exitCode: 5 });
    const stop = new AbortController();
    const onEvent = whenInstalling(() => stop.abort());
    const stopped = buildRelease({ ...options, signal: stop.signal, onEvent }).result;
    await expect(stopped).rejects.toMatchObject({ code: 'build-interrupted' });
    const client = await connectEngine({ environment: {}, host: engine.host });
    expect(await client.images.list(`${site.image}`)).toEqual([]);
    await client.close();
  });
});

/** Buildx itself writes the description of a builder. */
function create(
  engine: PrivateEngine,
  { BUILDX_CONFIG = '', KUBECONFIG = '' }: Record<string, string | undefined>,
  [name = '', ...args]: readonly string[],
) {
  const { command, env } = engine.dockerCli;
  const dockerCli = { command, env: { ...env, BUILDX_CONFIG, KUBECONFIG } };
  return docker({ ...engine, dockerCli }, 'buildx', 'create', '--name', name, ...args);
}

const KUBECONFIG = `apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: 'https://127.0.0.1:1' } }]
contexts: [{ name: c, context: { cluster: c, user: u, namespace: builds } }]
users: [{ name: u, user: {} }]
current-context: c
`;
