import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findBuilder } from './find-builder.ts';

let folder: string;
let environment: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'find-builder-'));
  environment = { DOCKER_CONFIG: folder };
  await mkdir(join(folder, 'buildx/instances'), { recursive: true });
  await writeFile(join(folder, 'ca.pem'), 'CA');
});
afterAll(() => rm(folder, { recursive: true }));

const write = (name: string, value: unknown) =>
  writeFile(join(folder, 'buildx/instances', name), JSON.stringify(value));
const find = (name: string) => findBuilder(name, { environment, folder });

/** As buildx 0.29 writes them. */
test('a builder of several nodes, with platforms', async () => {
  const node = { DriverOpts: null, Flags: null, Files: null };
  const arm = [{ architecture: 'arm', os: 'linux', variant: 'v7' }];
  await write('several', {
    Name: 'several',
    Driver: 'docker-container',
    Nodes: [
      { Name: 'several0', Endpoint: 'unix:///var/run/docker.sock', Platforms: null, ...node },
      { Name: 'several1', Endpoint: 'far', Platforms: arm, ...node },
    ],
    Dynamic: false,
  });
  expect(await find('Several')).toEqual({
    name: 'Several',
    driver: 'docker-container',
    nodes: [
      {
        name: 'several0',
        address: {
          kind: 'container',
          container: 'buildx_buildkit_several0',
          engine: 'unix:///var/run/docker.sock',
        },
      },
      {
        name: 'several1',
        address: { kind: 'container', container: 'buildx_buildkit_several1', engine: 'far' },
        platforms: ['linux/arm/v7'],
      },
    ],
  });
});

test('a cluster', async () => {
  await write('k8s', {
    Name: 'k8s',
    Driver: 'kubernetes',
    Nodes: [
      {
        Name: 'my_k8s0',
        Endpoint: 'kubernetes:///k8s?deployment=my_k8s0&kubeconfig=%2Fhome%2Fme%2Fkc',
        DriverOpts: { namespace: 'builds', loadbalance: 'random', replicas: '2' },
      },
    ],
  });
  expect((await find('k8s'))?.nodes[0]?.address).toEqual({
    kind: 'pod',
    kubectl: { kubeconfig: '/home/me/kc', namespace: 'builds' },
    pod: { app: 'my-k8s0', isRandom: true },
  });
});

test('an address, and one with TLS', async () => {
  const setting = { address: 'tcp://far:1', ca: 'ca.pem', serverName: 'builder' };
  expect((await findBuilder(setting, { environment, folder }))?.nodes[0]?.address).toEqual({
    kind: 'tcp',
    host: 'far',
    port: 1,
    tls: { ca: 'CA', serverName: 'builder' },
  });
  await expect(findBuilder({ ...setting, ca: 'missing.pem' }, { environment, folder })).rejects.toMatchObject(
    { code: 'builder-tls-unreadable' },
  );
});

test('the engine itself', async () => {
  expect(await find('default')).toBeUndefined();
});

test('what cannot be used', async () => {
  await expect(find('nowhere')).rejects.toMatchObject({ code: 'builder-unknown' });
  await expect(find('ssh://host')).rejects.toMatchObject({ code: 'builder-unknown' });
  await write('broken', { Name: 'broken' });
  await expect(find('broken')).rejects.toMatchObject({ code: 'builder-file-unreadable' });
  await write('cloud', { Name: 'cloud', Driver: 'cloud', Nodes: [{ Name: 'c0', Endpoint: 'cloud://x' }] });
  await expect(find('cloud')).rejects.toMatchObject({ code: 'builder-file-unreadable' });
});
