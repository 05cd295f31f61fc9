import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  archiveRelease,
  buildRelease,
  bumpSite,
  connectEngine,
  type FlowEvent,
  rebuildRelease,
  restoreRelease,
  verifyRelease,
} from '@de-build/core';
import {
  type SshAgent,
  type SshServer,
  startSshAgent,
  startSshServer,
  whyNoSshServer,
} from '@de-build/testbed';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createExampleWorld, type ExampleWorld, siteOptions } from './example-world.ts';
import { onEachEngine } from './on-each-engine.ts';

const reason = whyNoSshServer();

onEachEngine('an engine that is reached over ssh', (engine) => {
  if (reason !== undefined) {
    test.skip(`skipped, because ${reason}`, () => undefined);
    return;
  }
  let world: ExampleWorld;
  let server: SshServer;
  let agent: SshAgent;
  let environment: Record<string, string | undefined>;
  beforeAll(async () => {
    world = await createExampleWorld();
    const [sshd, keys, bin] = ['sshd', 'agent', 'bin'].map((name) => join(world.folder, name)) as [
      string,
      string,
      string,
    ];
    for (const folder of [sshd, keys, bin]) await mkdir(folder);
    server = await startSshServer(sshd, { docker: engine.dockerCli });
    agent = await startSshAgent(keys);
    await server.allow(agent.publicKey);
    const known = join(world.folder, 'known_hosts');
    await writeFile(known, server.knownHost);
    // ssh takes its files from the home folder that the system knows, not from HOME.
    await writeFile(
      join(bin, 'ssh'),
      `#!/bin/sh\nexec /usr/bin/ssh -o UserKnownHostsFile='${known}' "$@"\n`,
      { mode: 0o755 },
    );
    environment = { PATH: `${bin}:${process.env.PATH}`, HOME: process.env.HOME, SSH_AUTH_SOCK: agent.socket };
  });
  afterAll(async () => {
    await agent?.stop();
    await server?.stop();
    await world.close();
  });

  test('releases, verifies, rebuilds, archives and restores private apps', async () => {
    const site = await world.addSite(engine, { privateFrappe: true });
    const options = { ...siteOptions(site, engine), host: server.url, environment };
    const first = await buildRelease(options).result;
    expect(first.manifest).toMatchObject({ tokenDelivery: 'sources', audit: { outcome: 'clean' } });
    expect(await verifyRelease(options)).toMatchObject({ passed: true });

    await site.commit('Record 1.0.0');
    await bumpSite({ site: site.folder, to: 'patch' });
    const second = await buildRelease(options).result;
    expect(second.manifest.image.layers).toEqual(first.manifest.image.layers);
    const rebuilt = await rebuildRelease({ ...options, release: '1.0.0', cache: true });
    expect(rebuilt.outcome?.verdict).toMatch(/^(?:identical|equivalent)$/);

    await archiveRelease({ ...options, release: '1.0.1', to: { kind: 'folder', folder: world.folder } });
    const client = await connectEngine({ environment, host: server.url });
    await client.images.untag(second.reference);
    await client.close();
    const restored = await restoreRelease({ ...options, release: '1.0.1', rebuild: 'never' });
    expect(restored).toMatchObject({ imageId: second.imageId });
  });

  test('and drops in the build leaves no version, and the next release works', async () => {
    const site = await world.addSite(engine);
    const options = { ...siteOptions(site, engine), host: server.url, environment };
    let isDropped = false;
    const onEvent = (event: FlowEvent) => {
      if (isDropped || event.type !== 'build-log' || !event.text.includes('Getting')) return;
      isDropped = true;
      server.drop();
    };
    await expect(buildRelease({ ...options, noCache: true, onEvent }).result).rejects.toMatchObject({
      code: 'engine-lost',
      exitCode: 5,
    });
    expect(isDropped).toBe(true);
    const client = await connectEngine({ environment, host: server.url });
    try {
      expect((await client.images.list(site.image)).filter(({ tag }) => tag === '1.0.0')).toEqual([]);
      await buildRelease(options).result;
      expect((await client.images.list(site.image)).map(({ tag }) => tag)).toEqual(['1.0.0']);
    } finally {
      await client.close();
    }
  });
});
