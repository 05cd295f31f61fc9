import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { SharedEngine } from '@de-build/testbed';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createExampleWorld, type ExampleWorld } from './example-world.ts';
import { onOneEngine } from './on-each-engine.ts';

const WORKSPACE = join(import.meta.dirname, '../..');

let world: ExampleWorld;
let environment: NodeJS.ProcessEnv;
beforeAll(async () => {
  world = await createExampleWorld();
  const bin = join(world.folder, 'bin');
  await mkdir(bin);
  await symlink(join(WORKSPACE, 'packages/cli/bin/de-build.cjs'), join(bin, 'de-build'));
  environment = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, NODE_OPTIONS: '' };
});
afterAll(() => world.close());

function run(command: string, options: { readonly engine: SharedEngine; readonly folder: string }) {
  return promisify(execFile)('/bin/sh', ['-c', command], {
    cwd: options.folder,
    env: { ...environment, DOCKER_HOST: options.engine.host },
    maxBuffer: 64 * 1024 * 1024,
  });
}

/** The commands of a document's `sh` blocks, without comments. */
async function commandsOf(document: string): Promise<string[]> {
  const text = await readFile(join(WORKSPACE, document), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block ?? '');
  return blocks
    .flatMap((block) => block.split('\n').map((line) => line.replace(/\s+#.*$/, '').trim()))
    .filter(Boolean);
}

onOneEngine('the documents', (engine) => {
  test("the README's commands work, in their order", async () => {
    const commands = (await commandsOf('README.md')).filter((command) => command.startsWith('de-build'));
    expect(commands).toContain('de-build');
    const site = await world.addSite(engine);
    for (const command of commands) {
      const { stdout } = await run(command, { engine, folder: site.folder });
      expect(stdout).not.toBe('');
      expect(stdout).not.toContain(world.token);
    }
    const { stdout } = await run('de-build list --json', { engine, folder: site.folder });
    const versions = (JSON.parse(stdout) as { siteVersion: string }[]).map(({ siteVersion }) => siteVersion);
    expect(versions).toEqual(['1.0.1', '1.0.0']);
  });

  test("the library's example releases a site", async () => {
    const site = await world.addSite(engine);
    // As an installed package would find it.
    const script = join(WORKSPACE, 'examples/library/release-if-green.mjs');
    const { stdout } = await run(`node ${script} ${site.folder}`, { engine, folder: site.folder });
    expect(stdout).toContain(`released ${site.image}:1.0.0`);
    expect(stdout).toContain(await world.apps.apps.mini_hr.resolve('v15.1.0'));
    expect(stdout).not.toContain(world.token);
  });

  test("the library's example refuses a site that is not ready", async () => {
    const site = await world.addSite(engine);
    await writeFile(join(site.folder, 'apps.json'), '[{ "url": "https://github.com/frappe/frappe" }]');
    const script = join(WORKSPACE, 'examples/library/release-if-green.mjs');
    await expect(run(`node ${script} ${site.folder}`, { engine, folder: site.folder })).rejects.toMatchObject(
      {
        code: 3,
        stdout: expect.stringContaining('failed: apps.json'),
      },
    );
  });
});
