import { type ChildProcess, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { buildRelease, bumpSite, connectEngine, type Engine, type ReleaseOptions } from '@de-build/core';
import { type ExampleDialect, type ExampleSite, moveExampleApp, type SharedEngine } from '@de-build/testbed';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createExampleWorld, type ExampleWorld, siteOptions } from './example-world.ts';
import { onEachEngine, onOneEngine } from './on-each-engine.ts';
import { runRelease } from './run-release.ts';

let world: ExampleWorld;
beforeAll(async () => {
  world = await createExampleWorld();
});
afterAll(() => world.close());

function release(site: ExampleSite, engine: SharedEngine, options: Partial<ReleaseOptions> = {}) {
  return buildRelease({ ...siteOptions(site, engine), ...options }).result;
}

/** Whether a text, raw or in base64 at any offset, is among the bytes of an image: layers, configuration, history. */
async function isInImage(engine: Engine, imageId: string, secret: string): Promise<boolean> {
  const forms = [0, 1, 2].map((offset) =>
    Buffer.from(`${'x'.repeat(offset)}${secret}`)
      .toString('base64')
      .slice(offset === 0 ? 0 : 4, -4),
  );
  let tail = '';
  for await (const chunk of await engine.images.save(imageId)) {
    const text = tail + (chunk as Buffer).toString('latin1');
    if ([secret, ...forms].some((form) => text.includes(form))) return true;
    tail = text.slice(-200);
  }
  return false;
}

onEachEngine('sources', (engine) => {
  let client: Engine;
  beforeAll(async () => {
    client = await connectEngine({ environment: {}, host: engine.host });
  });
  afterAll(() => client.close());

  describe.each(['cache-bust', 'secret', 'build-arg'] satisfies ExampleDialect[])('%s', (dialect) => {
    test('keeps the token out of every byte of the image, where injecting it does not', async () => {
      const site = await world.addSite(engine, { dialect, privateFrappe: true });
      const tokenFree = await release(site, engine);
      expect(tokenFree.manifest.tokenDelivery).toBe('sources');
      expect(await isInImage(client, tokenFree.imageId, world.token)).toBe(false);
      expect(tokenFree.manifest.audit).toMatchObject({ mode: 'fail', outcome: 'clean', leaks: [] });

      await bumpSite({ site: site.folder, to: 'patch' });
      const injected = await release(site, engine, {
        tokenDelivery: 'inject',
        audit: 'warn',
        noCache: true,
      });
      expect(injected.manifest.tokenDelivery).toBe('inject');
      expect(await isInImage(client, injected.imageId, world.token)).toBe(true);
      expect(injected.manifest.audit).toMatchObject({ mode: 'warn', outcome: 'leaks' });
      expect(injected.manifest.audit?.leaks.map(({ where }) => where).join()).toContain('logs/bench.log');
      expect(injected.manifest.apps.map(({ commit }) => commit)).toEqual(
        tokenFree.manifest.apps.map(({ commit }) => commit),
      );
    });
  });
});

onOneEngine('another user of this machine', (engine) => {
  test('finds nothing to clone a private app from while it is built', async () => {
    const site = await world.addSite(engine);
    const seen: string[] = [];
    const look = (child: ChildProcess) => {
      const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
      const mirror = join(site.folder, '.de-build', 'mirror');
      for (const command of [
        `ls ${mirror}`,
        `cat ${site.folder}/.de-build/site-key`,
        `cat ${site.folder}/.env`,
      ]) {
        const { status, stdout } = spawnSync('setpriv', [...nobody, 'sh', '-c', command]);
        if (status === 0) seen.push(`${command}: ${stdout}`);
      }
      seen.push(...listeningSockets(child.pid as number));
    };
    const run = await runRelease(site, engine, { at: ['"stage":"build"', look] });
    expect(run.exitCode).toBe(0);
    expect(seen).toEqual([]);
  });
});

/** TCP sockets that a process listens on. */
function listeningSockets(pid: number): string[] {
  const sockets = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return ['tcp', 'tcp6'].flatMap((kind) =>
    readFileSync(`/proc/${pid}/net/${kind}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && sockets.includes(`socket:[${inode}]`))
      .map((fields) => fields.join(' ')),
  );
}

onOneEngine('a frozen release', (engine) => {
  test('has the recorded commits, after a branch moved and the host became unreachable', async () => {
    const site = await world.addSite(engine);
    const { mini_erp } = world.apps.apps;
    const first = await release(site, engine);
    await moveExampleApp(mini_erp, `15.3.${Date.now()}`);
    await rename(mini_erp.folder, `${mini_erp.folder}.gone`);
    try {
      await bumpSite({ site: site.folder, to: 'patch' });
      await expect(release(site, engine)).rejects.toMatchObject({ code: 'checks-failed' });
      const again = await release(site, engine, { frozen: true, noCache: true });
      expect(again.manifest.apps).toEqual(first.manifest.apps);
      expect(again.manifest.frappe).toEqual(first.manifest.frappe);
    } finally {
      await rename(`${mini_erp.folder}.gone`, mini_erp.folder);
    }
  });

  test('is refused where the build would clone from the hosts', async () => {
    const site = await world.addSite(engine);
    await release(site, engine);
    await bumpSite({ site: site.folder, to: 'patch' });
    await expect(release(site, engine, { frozen: true, tokenDelivery: 'inject' })).rejects.toMatchObject({
      code: 'frozen-needs-mirror',
      exitCode: 2,
    });
  });
});
