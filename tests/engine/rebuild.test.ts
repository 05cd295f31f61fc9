import { rm } from 'node:fs/promises';
import {
  buildRelease,
  connectEngine,
  type Engine,
  type RebuiltRelease,
  rebuildRelease,
} from '@de-build/core';
import type { ExampleSite } from '@de-build/testbed';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createExampleWorld, type ExampleWorld, siteOptions } from './example-world.ts';
import { onEachEngine } from './on-each-engine.ts';
import { runCli } from './run-cli.ts';

onEachEngine('a release that is built anew', (shared) => {
  let world: ExampleWorld;
  let engine: Engine;
  let site: ExampleSite;
  let imageId: string;

  /** Afterwards the tag of one app names another commit, another app's repository is gone, and so is the host. */
  beforeAll(async () => {
    world = await createExampleWorld();
    engine = await connectEngine({ environment: {}, host: shared.host });
    site = await world.addSite(shared);
    ({ imageId } = await buildRelease(siteOptions(site, shared)).result);
    const { mini_hr, mini_custom } = world.apps.apps;
    await mini_hr.commit({ message: 'Move', files: { 'mini_hr/moved.py': '# moved\n' } });
    await mini_hr.tag('v15.1.0');
    await rm(mini_custom.folder, { recursive: true });
    await world.server.close();
  }, 240_000);
  afterAll(async () => {
    await engine.close();
    await world.close();
  });

  const rebuild = (options: object = {}): Promise<RebuiltRelease> =>
    rebuildRelease({ ...siteOptions(site, shared), release: '1.0.0', ...options });

  test('is the very same image when every step comes from the cache', async () => {
    expect((await rebuild({ cache: true })).outcome).toMatchObject({
      verdict: 'identical',
      imageId,
      tag: `${site.image}:1.0.0`,
    });
  });

  test('has the same files, every app byte for byte, when its tag was moved, its repository deleted and the host gone', async () => {
    const { outcome, source, bases } = await rebuild();
    expect(source).toMatchObject({ from: 'commit', isExact: true });
    expect(bases.map(({ from }) => from)).toEqual(['name']);
    expect(outcome).toMatchObject({ verdict: 'equivalent', comparedWith: 'image' });
    expect(outcome?.apps.map(({ name, files }) => [name, files])).toEqual([
      ['frappe', 'same'],
      ['mini_erp', 'same'],
      ['mini_hr', 'same'],
      ['mini_custom', 'same'],
    ]);
    expect(outcome?.files).toEqual({
      added: [],
      removed: [],
      changed: [],
      timesOnly: ['/home/frappe/frappe-bench/logs/bench.log'],
    });
    expect(outcome?.packages).toEqual({ known: true, changes: [] });
    expect(outcome?.inputs).toEqual([]);
    expect(outcome?.imageId).not.toBe(imageId);
    expect((await engine.images.inspect(outcome?.tag ?? ''))?.id).toBe(outcome?.imageId);
    expect((await engine.images.inspect(`${site.image}:1.0.0`))?.id).toBe(imageId);
  });

  test('is shown with its plan by the command', async () => {
    const { exitCode, stdout } = await runCli(['rebuild', '1.0.0', '--dry-run', '--host', shared.host], {
      folder: site.folder,
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Would build');
  });
});
