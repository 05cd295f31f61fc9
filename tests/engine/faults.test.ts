import { execFileSync } from 'node:child_process';
import { chmod, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXAMPLE_BASE_IMAGE, moveExampleApp } from '@de-build/testbed';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startJournal } from '../../packages/core/src/flow/journal.ts';
import { siteFolder } from '../../packages/core/src/flow/site-folder.ts';
import { createExampleWorld, type ExampleWorld } from './example-world.ts';
import { onEachEngine, onOneEngine } from './on-each-engine.ts';
import { runCli } from './run-cli.ts';
import { runRelease as release } from './run-release.ts';
import { recordsOf, tagsOf, withClient } from './what-is-released.ts';

let world: ExampleWorld;
beforeAll(async () => {
  world = await createExampleWorld();
});
afterEach(() => world.server.setLatency(0));
afterAll(() => world.close());

const BUILDING = '"stage":"build"';
/** In the middle of the step that installs the apps. */
const CLONING = 'Cloning into';

describe('without an engine', () => {
  const kinds: readonly (readonly [string, string, (socket: string) => Promise<() => void>])[] = [
    ['no socket at all', 'engine-unreachable', async () => () => {}],
    [
      'something that is not Docker',
      'engine-not-docker',
      async (socket) => {
        const server = createServer((_, response) => response.end('<html>Welcome to nginx!</html>'));
        await new Promise<void>((resolve) => server.listen(socket, resolve));
        return () => server.close();
      },
    ],
    [
      'a socket that is closed to us',
      'engine-permission-denied',
      async (socket) => {
        const server = createServer((_, response) => response.end());
        await new Promise<void>((resolve) => server.listen(socket, resolve));
        await chmod(socket, 0);
        return () => server.close();
      },
    ],
  ];
  // Root passes over permissions unless it gives that right up.
  const through =
    process.getuid?.() === 0
      ? [
          'setpriv',
          '--bounding-set=-dac_override,-dac_read_search',
          '--inh-caps=-dac_override,-dac_read_search',
        ]
      : [];

  test.each(kinds)('%s: %s, with its fix, next to the other findings', async (_, id, prepare) => {
    const site = await world.addSite({ host: 'unix:///nowhere.sock' });
    const socket = join(site.folder, '.docker.sock');
    const undo = await prepare(socket);
    try {
      for (const command of [['check', '--format', 'json'], ['--progress', 'json'], []]) {
        const run = await runCli([...command, '--host', `unix://${socket}`], {
          folder: site.folder,
          through,
        });
        expect(run).toMatchObject({ exitCode: 3 });
        expect(run.durationMs).toBeLessThan(20_000);
        if (command.length > 0) expect(run.stdout).toContain(`"${id}"`);
        // The files and the repositories were looked at all the same.
        expect(run.stdout).toMatch(/4 of 4 resolved/);
        expect(await recordsOf(site)).toEqual([]);
      }
    } finally {
      undo();
    }
  });
});

onEachEngine('a release that fails', (engine) => {
  test('a ref that moves between the plan and the clone is noticed, and the next run is right', async () => {
    // Sources have the planned commit, whatever moves; only a build that clones from the host can be deceived.
    const site = await world.addSite(engine, { config: { tokenDelivery: 'inject', audit: 'warn' } });
    const app = world.apps.apps.mini_erp;
    const planned = await app.resolve('version-15');
    let moving: Promise<string> | undefined;
    const first = await release(site, engine, {
      at: [
        BUILDING,
        () => {
          // The build's own git waits until the branch has moved.
          world.server.setLatency(300);
          moving = moveExampleApp(app, `15.3.${Date.now()}`).finally(() => world.server.setLatency(0));
        },
      ],
    });
    const moved = (await moving) as string;
    expect(first).toMatchObject({ exitCode: 7, outcome: { type: 'failed', code: 'image-apps-differ' } });
    expect(first.outcome.why).toContain(planned);
    expect(first.outcome.why).toContain(moved);
    expect(await tagsOf(engine, site)).toEqual({});
    expect(await recordsOf(site)).toEqual([]);

    const next = await release(site, engine);
    expect(next).toMatchObject({ exitCode: 0 });
    const manifest = JSON.parse(await readFile(join(site.folder, 'build-manifests/1.0.0.json'), 'utf8'));
    expect(manifest.apps[0].commit).toBe(moved);
  });

  test('a tag that somebody else takes during the build stays theirs', async () => {
    const site = await world.addSite(engine);
    const { command, env } = engine.dockerCli;
    const take = () =>
      execFileSync(command, ['tag', EXAMPLE_BASE_IMAGE, `${site.image}:1.0.0`], {
        env: { ...process.env, ...env },
      });
    const { id } = (await withClient(engine, (client) => client.images.inspect(EXAMPLE_BASE_IMAGE))) ?? {};
    for (const args of [[], ['--force']]) {
      const run = await release(site, engine, { args, at: [BUILDING, take] });
      expect(run).toMatchObject({ exitCode: 8, outcome: { code: 'image-tag-taken-meanwhile' } });
      expect(await tagsOf(engine, site)).toEqual({ '1.0.0': id });
      expect(await recordsOf(site)).toEqual([]);
      await withClient(engine, (client) => client.images.untag(`${site.image}:1.0.0`));
    }
  });

  test('a container that a dead run left does not block the next run', async () => {
    const site = await world.addSite(engine);
    const temporary = `${site.image}:1.0.0-building-0123abcd`;
    const { command, env } = engine.dockerCli;
    const docker = (...args: readonly string[]) =>
      execFileSync(command, args, { env: { ...process.env, ...env }, encoding: 'utf8' }).trim();
    docker('tag', EXAMPLE_BASE_IMAGE, temporary);
    docker('create', '--label=de-build.temporary=somewhere 1 1', temporary, 'never-started');
    await startJournal(siteFolder(site.folder).of('records').journal, [temporary]);
    expect(await release(site, engine)).toMatchObject({ exitCode: 0 });
    expect(await tagsOf(engine, site)).toEqual({ '1.0.0': expect.anything() });
  });

  test('a de-build that is killed in the middle of a step leaves nothing, and the next one works', async () => {
    const site = await world.addSite(engine);
    world.server.setLatency(200);
    const killed = await runCli(['--progress', 'json', '--no-cache', '--host', engine.host], {
      folder: site.folder,
      onOutput: (text, child) => {
        if (text.includes(CLONING)) child.kill('SIGKILL');
      },
    });
    expect(killed.exitCode).not.toBe(0);
    world.server.setLatency(0);
    await sleep(500);
    expect(await tagsOf(engine, site)).toEqual({});
    expect(await recordsOf(site)).toEqual([]);
    expect(await release(site, engine)).toMatchObject({ exitCode: 0 });
  });
});

onOneEngine('two releases', (engine) => {
  test('of one version at once: one is refused, tag and record agree, and the old image is kept', async () => {
    const site = await world.addSite(engine);
    await release(site, engine);
    const old = (await tagsOf(engine, site))['1.0.0'] as string;
    const runs = await Promise.all([0, 1].map(() => release(site, engine, { args: ['--force'] })));
    expect(runs.map(({ exitCode }) => exitCode).sort()).toEqual([0, 11]);
    const tags = await tagsOf(engine, site);
    const aside = `1.0.0-replaced-${old.slice(7, 19)}`;
    expect(tags[aside]).toBe(old);
    expect(Object.keys(tags).filter((tag) => tag.includes('building'))).toEqual([]);
    const read = async (file: string) =>
      JSON.parse(await readFile(join(site.folder, 'build-manifests', file), 'utf8'));
    expect((await read('1.0.0.json')).image.id).toBe(tags['1.0.0']);
    expect((await read(`${aside}.json`)).image.id).toBe(old);
  });
});
