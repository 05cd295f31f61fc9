import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExampleSite, whyNoPrivateEngine } from '@de-build/testbed';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createExampleWorld, type ExampleWorld } from './example-world.ts';
import { fillDisk, PAGE } from './fill-disk.ts';
import { onOneEngine } from './on-each-engine.ts';
import { runRelease as release } from './run-release.ts';
import { tagsOf } from './what-is-released.ts';

const BUILDING = '"stage":"build"';

let world: ExampleWorld;
beforeAll(async () => {
  world = await createExampleWorld();
});
afterAll(() => world.close());

onOneEngine('the folder of records', (engine) => {
  test('that is a file is found before the build', async () => {
    const site = await world.addSite(engine);
    await writeFile(join(site.folder, 'records'), 'no folder');
    await setManifests(site, 'records');
    const run = await release(site, engine);
    expect(run).toMatchObject({ exitCode: 3, outcome: { code: 'checks-failed' } });
    expect(run.stdout).toContain('manifests-not-writable');
    expect(run.stdout).not.toContain(BUILDING);
  });

  withMounts('on a separate disk', () => {
    const mounted: string[] = [];
    afterEach(() => {
      for (const folder of mounted.splice(0)) execFileSync('umount', ['--lazy', folder]);
    });

    async function siteWithDisk(): Promise<{ site: ExampleSite; disk: string }> {
      const site = await world.addSite(engine);
      const disk = join(site.folder, 'build-manifests');
      await mkdir(disk, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk]);
      mounted.push(disk);
      expect(await release(site, engine)).toMatchObject({ exitCode: 0 });
      await site.setEnv('DE_SITE_VERSION', '1.0.1');
      await site.commit('Release 1.0.1');
      return { site, disk };
    }

    test.each<[string, (disk: string) => void, (disk: string) => void]>([
      ['fills up', (disk) => fillDisk(disk), (disk) => rmSync(join(disk, 'filler'))],
      [
        'becomes read-only',
        (disk) => execFileSync('mount', ['-o', 'remount,ro', disk]),
        (disk) => execFileSync('mount', ['-o', 'remount,rw', disk]),
      ],
    ])(
      'that %s during the build: no tag, no torn file, and the next run succeeds',
      async (_, spoil, repair) => {
        const { site, disk } = await siteWithDisk();
        const before = await contentsOf(disk);
        const images = await tagsOf(engine, site);

        const failed = await release(site, engine, { at: [BUILDING, () => spoil(disk)] });
        expect(failed).toMatchObject({ exitCode: 9, outcome: { code: 'manifest-not-written' } });
        expect(await tagsOf(engine, site)).toEqual(images);
        expect(await contentsOf(disk)).toEqual(before);

        // It is as it was: now it is found before anything is built.
        const refused = await release(site, engine);
        expect(refused).toMatchObject({ exitCode: 3 });
        expect(refused.stdout).toMatch(/manifests-not-writable|disk-almost-full/);
        expect(refused.stdout).not.toContain(BUILDING);

        repair(disk);
        expect(await release(site, engine)).toMatchObject({ exitCode: 0 });
        expect(Object.keys(await tagsOf(engine, site)).sort()).toEqual(['1.0.0', '1.0.1']);
        expect(await contentsOf(disk)).toMatchObject(before);
      },
    );

    test('that fills up while --force moves the old record aside: all is as before, and the next run succeeds', async () => {
      const { site, disk } = await siteWithDisk();
      await site.setEnv('DE_SITE_VERSION', '1.0.0');
      await site.commit('Release 1.0.0 once more');
      const before = await contentsOf(disk);
      const images = await tagsOf(engine, site);
      // Enough for one record, not for two.
      const pages = Math.ceil(Buffer.byteLength(before['1.0.0.json'] ?? '') / PAGE);
      expect(pages).toBeGreaterThan(1);
      const failed = await release(site, engine, {
        args: ['--force'],
        at: [BUILDING, () => fillDisk(disk, pages + 1)],
      });
      expect(failed).toMatchObject({ exitCode: 9, outcome: { code: 'manifest-not-written' } });
      expect(await contentsOf(disk)).toEqual(before);
      expect(await tagsOf(engine, site)).toEqual(images);

      rmSync(join(disk, 'filler'));
      expect(await release(site, engine, { args: ['--force'] })).toMatchObject({ exitCode: 0 });
      const aside = `1.0.0-replaced-${images['1.0.0']?.slice(7, 19)}`;
      expect((await contentsOf(disk))[`${aside}.json`]).toBe(before['1.0.0.json']);
      expect((await tagsOf(engine, site))[aside]).toBe(images['1.0.0']);
    });
  });
});

async function setManifests(site: ExampleSite, manifests: string): Promise<void> {
  const file = join(site.folder, 'de-build.json');
  const config = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...config, manifests }));
  await site.commit('Set the folder of records');
}

/** Name → content of every record, but not of what fills the disk. */
async function contentsOf(disk: string): Promise<Record<string, string>> {
  const names = (await readdir(disk)).filter((name) => name !== 'filler');
  const read = names.map(async (name) => [name, await readFile(join(disk, name), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(read));
}

/** To mount takes what a private engine takes. */
function withMounts(title: string, body: () => void): void {
  const reason = whyNoPrivateEngine();
  if (reason === undefined) describe(title, body);
  else test.skip(`${title}: skipped, because ${reason}`, () => undefined);
}
