import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildRelease,
  connectEngine,
  type Engine,
  type RebuiltRelease,
  readRecord,
  readRecords,
  rebuildRelease,
  restoreRelease,
  verifyRelease,
} from '@de-build/core';
import { type ExampleSite, runCommand } from '@de-build/testbed';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createExampleWorld, type ExampleWorld, siteOptions } from './example-world.ts';
import { onEachEngine } from './on-each-engine.ts';
import { runCli } from './run-cli.ts';

/** Each builds without the cache, or reads two images: seconds on a quiet machine. */
jest.setTimeout(600_000);

onEachEngine('a release that is rebuilt', (shared) => {
  let world: ExampleWorld;
  let engine: Engine;
  let site: ExampleSite;
  let base: string;
  let imageId: string;
  let reference: string;

  /** Afterwards the tag of one app names another commit, another app's repository is gone, and so is the host. */
  beforeAll(async () => {
    world = await createExampleWorld();
    engine = await connectEngine({ environment: {}, host: shared.host });
    site = await world.addSite(shared);
    base = `${site.image}:base`;
    await engine.images.tag(shared.baseImage, base);
    const config = JSON.parse(await readFile(join(site.folder, 'de-build.json'), 'utf8'));
    const buildArgs = { ...config.buildArgs, BASE_IMAGE: base };
    await writeFile(join(site.folder, 'de-build.json'), JSON.stringify({ ...config, buildArgs }));
    await site.commit('Stand on another base image');
    ({ imageId, reference } = await buildRelease(siteOptions(site, shared)).result);
    const { mini_hr, mini_custom } = world.apps.apps;
    await mini_hr.commit({ message: 'Move', files: { 'mini_hr/moved.py': '# moved\n' } });
    await mini_hr.tag('v15.1.0');
    await rm(mini_custom.folder, { recursive: true });
    await world.server.close();
  });
  afterAll(async () => {
    await engine.close();
    await world.close();
  });

  const options = () => ({ ...siteOptions(site, shared), release: '1.0.0' });
  const rebuild = (more: object = {}): Promise<RebuiltRelease> => rebuildRelease({ ...options(), ...more });
  const ownFiles = async () =>
    (await readdir(join(site.folder, '.de-build'))).filter((name) => /^rebuild/.test(name));

  test('is the very same image when every step comes from the cache', async () => {
    expect((await rebuild({ cache: true })).outcome).toMatchObject({
      verdict: 'identical',
      imageId,
      tag: reference,
    });
  });

  test('has the same files, every app byte for byte, after its tag was moved, its repository deleted and the host shut down', async () => {
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
    expect((await engine.images.inspect(reference))?.id).toBe(imageId);
    expect(await ownFiles()).toEqual([]);
    expect(JSON.stringify(outcome)).not.toContain(world.token);
  });

  test('uses the recorded base image, although its name has moved to another', async () => {
    await engine.images.tag(shared.busyboxImage, base);
    const { outcome, bases } = await rebuild({ cache: true });
    await engine.images.tag(shared.baseImage, base);
    expect(bases.map(({ from }) => from)).toEqual(['engine']);
    expect(['identical', 'equivalent']).toContain(outcome?.verdict);
    expect(outcome?.inputs).toEqual([]);
    const tags = (await engine.images.list(site.image)).map(({ tag }) => tag);
    expect(tags.filter((tag) => /-base-|-building-/.test(tag))).toEqual([]);
  });

  test('is reported by the command, and stopping it leaves nothing behind', async () => {
    const command = ['rebuild', '1.0.0', '--host', shared.host];
    const dry = await runCli([...command, '--dry-run'], { folder: site.folder });
    expect(dry).toMatchObject({ exitCode: 0, stderr: '' });
    expect(dry.stdout).toMatch(/mini_custom\s+v15\.0\.0\s+[0-9a-f]{12}\s+in the mirror/);
    const tags = async () => (await engine.images.list(site.image)).map(({ tag }) => tag).sort();
    const before = await tags();
    const stopped = await runCli(command, {
      folder: site.folder,
      onOutput: (text, child) => text.includes('bench init') && child.kill('SIGINT'),
    });
    expect(stopped.exitCode).toBe(130);
    expect(await ownFiles()).toEqual([]);
    expect(await tags()).toEqual(before);
  });

  describe('when its Containerfile is not to be had', () => {
    const containerfile = () => join(site.folder, site.containerfile);
    let text: string;
    beforeAll(async () => {
      text = await readFile(containerfile(), 'utf8');
      await appendFile(
        containerfile(),
        'RUN touch /tmp/more && chmod 600 /home/frappe/frappe-bench/apps/frappe/README.md\n',
      );
      await rm(join(site.folder, '.git'), { recursive: true });
    });
    afterAll(() => writeFile(containerfile(), text));

    test('is refused, and nothing is built', async () => {
      await expect(rebuild()).rejects.toMatchObject({
        code: 'rebuild-files-differ',
        exitCode: 3,
        why: expect.stringContaining('does not have the commit'),
      });
      expect(await ownFiles()).toEqual([]);
    });

    test('is built with the one that is there on demand, and every file that differs is named', async () => {
      const command = ['rebuild', '1.0.0', '--cache', '--inexact', '--json', '--host', shared.host];
      const { exitCode, stdout } = await runCli(command, { folder: site.folder });
      expect(exitCode).toBe(12);
      expect(JSON.parse(stdout)).toMatchObject({
        source: { from: 'folder', isExact: false },
        outcome: {
          verdict: 'different',
          apps: [{ name: 'frappe', files: 'differ' }, { name: 'mini_erp', files: 'same' }, {}, {}],
          files: {
            added: ['/tmp/more'],
            removed: [],
            changed: [{ path: '/home/frappe/frappe-bench/apps/frappe/README.md', in: ['mode'] }],
          },
        },
      });
    });

    test('would be built from the folder, exactly, when that has the recorded one again', async () => {
      await writeFile(containerfile(), text);
      expect((await rebuild({ dryRun: true })).source).toMatchObject({ from: 'folder', isExact: true });
    });
  });

  describe('when its image no longer exists', () => {
    beforeAll(async () => {
      // The packs have other bytes then, so that no step that clones comes from the cache.
      const mirror = join(site.folder, '.de-build', 'mirror');
      for (const name of (await readdir(mirror)).filter((entry) => entry.endsWith('.git'))) {
        const repack = ['-c', 'pack.compression=0', 'repack', '-a', '-d', '-F', '-q'];
        await runCommand('git', ['--git-dir', join(mirror, name), ...repack]);
      }
      for (const { id, tag } of await engine.images.list(site.image)) {
        if (id === imageId) await engine.images.untag(`${site.image}:${tag}`);
      }
      expect(await engine.images.inspect(imageId)).toBeUndefined();
    });

    test('comes back by a rebuild, which does not take its tag unasked', async () => {
      expect(await restoreRelease({ ...options(), dryRun: true })).toMatchObject({ method: 'rebuild' });
      const refused = await restoreRelease(options()).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'restored-equivalent-only', exitCode: 12 });
      expect(await engine.images.inspect(reference)).toBeUndefined();
      await expect(restoreRelease({ ...options(), rebuild: 'never' })).rejects.toMatchObject({
        code: 'release-not-restorable',
      });
    });

    test('takes its tag on request, with its own record next to the old one', async () => {
      const old = await readRecord({ site: site.folder, release: '1.0.0' });
      const restored = await restoreRelease({ ...options(), rebuild: 'equivalent' });
      expect(restored).toMatchObject({
        method: 'rebuild',
        isRenamed: false,
        rebuilt: { verdict: 'equivalent', comparedWith: 'record', tag: reference },
      });
      expect((await engine.images.inspect(reference))?.id).toBe(restored.imageId);
      const { manifests, problems } = await readRecords({ site: site.folder });
      expect(problems).toEqual([]);
      expect(manifests).toMatchObject([
        { image: { id: restored.imageId }, rebuild: { of: imageId, verdict: 'equivalent' } },
      ]);
      const aside = `1.0.0-replaced-${imageId.slice(7, 19)}`;
      expect(await readRecord({ site: site.folder, release: aside })).toEqual(old);
      expect((await verifyRelease({ ...options() })).passed).toBe(true);
    });

    test('a manifest that was edited by hand is refused, and what disagrees is named', async () => {
      const file = join(site.folder, 'build-manifests', '1.0.0.json');
      const manifest = JSON.parse(await readFile(file, 'utf8'));
      manifest.apps[0].commit = 'f'.repeat(40);
      await writeFile(file, JSON.stringify(manifest));
      await expect(rebuild()).rejects.toMatchObject({
        code: 'manifest-edited',
        why: expect.stringMatching(/digest of its commits.*The provenance has mini_erp at/),
      });
    });
  });
});
