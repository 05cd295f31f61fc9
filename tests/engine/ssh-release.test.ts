import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type SshAgent,
  type SshServer,
  startSshAgent,
  startSshServer,
  whyNoSshServer,
} from '@de-build/testbed';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createExampleWorld, type ExampleWorld } from './example-world.ts';
import { onOneEngine } from './on-each-engine.ts';
import { runCli } from './run-cli.ts';

const reason = whyNoSshServer();

onOneEngine('a site with an app that comes over ssh', (engine) => {
  if (reason !== undefined) {
    test.skip(`skipped, because ${reason}`, () => undefined);
    return;
  }
  let world: ExampleWorld;
  let server: SshServer;
  let agent: SshAgent;
  let environment: Record<string, string>;

  beforeAll(async () => {
    world = await createExampleWorld();
    const sshd = join(world.folder, 'sshd');
    const keys = join(world.folder, 'agent');
    const home = join(world.folder, 'home');
    for (const folder of [sshd, keys, join(home, '.ssh')]) await mkdir(folder, { recursive: true });
    server = await startSshServer(sshd, { repositories: join(world.folder, 'git') });
    agent = await startSshAgent(keys);
    await server.allow(agent.publicKey);
    await writeFile(join(home, '.ssh', 'known_hosts'), server.knownHost);
    environment = { HOME: home, SSH_AUTH_SOCK: agent.socket };
  });
  afterAll(async () => {
    await agent?.stop();
    await server?.stop();
    await world.close();
  });

  test('is released with sources, and only so', async () => {
    const url = `${server.url}/example/mini_custom.git`;
    const apps = [
      { url: 'example/mini_erp.git', branch: 'version-15' },
      { url, branch: 'v15.0.0' },
    ];
    const site = await world.addSite(engine, { apps });
    const run = (...args: string[]) =>
      runCli([...args, '--progress', 'json', '--host', engine.host], { folder: site.folder, environment });

    const injected = await run('--token-delivery', 'inject');
    expect(injected).toMatchObject({ exitCode: 3 });
    expect(injected.stdout).toContain('"code":"ssh-needs-mirror"');

    const released = await run();
    if (released.exitCode !== 0) throw new Error(released.output.slice(-1500));
    const manifest = JSON.parse(await readFile(join(site.folder, 'build-manifests/1.0.0.json'), 'utf8'));
    const commit = await world.apps.apps.mini_custom.resolve('v15.0.0^{commit}');
    expect(manifest.apps[1]).toMatchObject({ name: 'mini_custom', url, ref: 'v15.0.0', commit });

    expect(await run('--frozen', '--force')).toMatchObject({ exitCode: 0 });
    expect(await run('verify', '1.0.0')).toMatchObject({ exitCode: 0 });
  });
});
