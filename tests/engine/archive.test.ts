import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  archiveRelease,
  buildRelease,
  bumpSite,
  connectEngine,
  type Engine,
  type FileArchive,
  type ProgressEvent,
  parseArchiveDestination,
  readArchives,
  readRecords,
  restoreRelease,
  retagImages,
  Secret,
} from '@de-build/core';
import { type ExampleSite, runCommand, type SharedEngine, sharedEngines } from '@de-build/testbed';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createExampleWorld, type ExampleWorld, siteOptions } from './example-world.ts';
import { onEachEngine } from './on-each-engine.ts';
import { startRegistry, type TestRegistry, whyNoRegistry } from './registry.ts';

let world: ExampleWorld;
beforeAll(async () => {
  world = await createExampleWorld();
});
afterAll(() => world.close());

onEachEngine('a release that is to outlive its engine', (engine) => {
  let client: Engine;
  let site: ExampleSite;
  let reference: string;
  let imageId: string;
  let folder: string;
  const strangers: string[] = [];

  beforeAll(async () => {
    client = await connectEngine({ environment: {}, host: engine.host });
    site = await world.addSite(engine);
    ({ reference, imageId } = await buildRelease(siteOptions(site, engine)).result);
    folder = join(world.folder, `archives-${engine.version}`);
  });
  afterAll(async () => {
    for (const name of strangers) await client.images.untag(name);
    await client.close();
  });

  const options = (on: SharedEngine = engine) => ({
    ...siteOptions(site, on),
    release: '1.0.0',
    rebuild: 'never' as const,
  });
  const records = () => join(site.folder, 'build-manifests');

  async function removeImage(on: Engine = client) {
    for (const { id, tag } of await on.images.list(site.image)) {
      if (id === imageId) await on.images.untag(`${site.image}:${tag}`);
    }
    if ((await on.images.inspect(imageId)) !== undefined) await on.images.untag(imageId);
    expect(await on.images.inspect(imageId)).toBeUndefined();
  }

  async function archive(): Promise<FileArchive> {
    const { archive: made } = await archiveRelease({
      ...options(),
      to: { kind: 'folder', folder },
      mkdir: true,
    });
    if (made?.kind !== 'file') throw new Error('no archive');
    return made;
  }

  describe('as a file', () => {
    test('is archived once, with its digest next to the manifest, and restored with its id and tag', async () => {
      const to = { kind: 'folder', folder } as const;
      await expect(archiveRelease({ ...options(), to })).rejects.toMatchObject({
        code: 'archive-folder-missing',
        fix: expect.stringContaining('--mkdir'),
      });
      const dry = await archiveRelease({ ...options(), to, mkdir: true, dryRun: true });
      expect(dry).toMatchObject({ dryRun: true, archive: undefined, to: folder, imageId });
      const reported: ProgressEvent[] = [];
      const before = await readFile(join(records(), '1.0.0.json'), 'utf8');
      const first = await archiveRelease({
        ...options(),
        to,
        mkdir: true,
        onEvent: (event) => event.type === 'progress' && reported.push(event),
      });
      const made = first.archive as FileArchive;
      const sum = await runCommand('sha256sum', [made.path]);
      expect(sum.split(' ')[0]).toBe(made.sha256);
      expect(await readdir(folder)).toEqual([
        expect.stringContaining(`_1.0.0_${made.sha256.slice(0, 12)}.tar.gz`),
      ]);
      expect(made).toMatchObject({ imageId, layout: engine.version === '20.10' ? 'docker' : 'oci' });
      expect(await readArchives(records(), '1.0.0')).toEqual([made]);
      expect(await readFile(join(records(), '1.0.0.json'), 'utf8')).toBe(before);
      expect((await readRecords({ site: site.folder })).problems).toEqual([]);
      expect(reported.at(-1)?.current).toBeGreaterThan(made.sizeBytes);
      expect(reported.every(({ current, total = 0 }) => current <= total)).toBe(true);

      expect(await archiveRelease({ ...options(), to: { kind: 'folder', folder } })).toMatchObject({
        alreadyArchived: true,
        archive: made,
      });
      expect(await readdir(folder)).toHaveLength(1);

      await removeImage();
      expect(await restoreRelease(options())).toMatchObject({
        method: 'archive',
        imageId,
        isRenamed: false,
        reference,
        attempts: [
          { method: 'retag', state: 'missing' },
          { method: 'archive', state: 'used', from: made.path },
        ],
      });
      expect((await client.images.inspect(reference))?.id).toBe(imageId);
    });

    test('is refused when one byte is another, and never reaches the engine', async () => {
      const { path, sizeBytes } = await archive();
      await flipByte(path, Math.floor(sizeBytes / 2));
      await removeImage();
      await expect(restoreRelease(options())).rejects.toMatchObject({
        code: 'archive-damaged',
        exitCode: 7,
        why: expect.stringContaining('SHA-256'),
      });
      expect(await client.images.inspect(imageId)).toBeUndefined();
      await flipByte(path, Math.floor(sizeBytes / 2));
      expect((await restoreRelease(options())).method).toBe('archive');
    });

    test('is found where it was moved to', async () => {
      const { path } = await archive();
      const moved = join(world.folder, `moved-${engine.version}.tar.gz`);
      await rename(path, moved);
      await removeImage();
      await expect(restoreRelease(options())).rejects.toMatchObject({
        code: 'release-not-restorable',
        exitCode: 9,
        why: expect.stringContaining('There is no such file.'),
      });
      expect(await restoreRelease({ ...options(), from: moved })).toMatchObject({
        method: 'archive',
        imageId,
      });
      await rename(moved, path);
      await removeImage();
      expect((await restoreRelease({ ...options(), from: folder })).method).toBe('archive');
    });

    test('comes back on every other engine, too', async () => {
      await archive();
      for (const other of sharedEngines().filter(({ host }) => host !== engine.host)) {
        const there = await connectEngine({ environment: {}, host: other.host });
        try {
          expect(await restoreRelease(options(other))).toMatchObject({ method: 'archive', imageId });
          await there.images.untag(reference);
        } finally {
          await there.close();
        }
      }
    });

    test('leaves nothing when it is stopped, or has no place to go', async () => {
      const stop = new AbortController();
      const other = join(world.folder, `stopped-${engine.version}`);
      const stopped = archiveRelease({
        ...options(),
        to: { kind: 'folder', folder: other },
        mkdir: true,
        signal: stop.signal,
        onEvent: (event) => event.type === 'progress' && event.current > 1_000_000 && stop.abort(),
      });
      await expect(stopped).rejects.toMatchObject({ exitCode: 130 });
      expect(await readdir(other)).toEqual([]);
      await expect(
        archiveRelease({
          ...options(),
          to: { kind: 'folder', folder: join(site.folder, '.env', 'x') },
          mkdir: true,
        }),
      ).rejects.toMatchObject({ code: 'archive-not-written', exitCode: 9 });
    });
  });

  describe('by its tag', () => {
    test('that is there: nothing is done', async () => {
      expect(await restoreRelease(options())).toMatchObject({ method: 'local', imageId });
    });

    test('that was lost is given back, by restore and by retag', async () => {
      await loseTag();
      expect(await retagImages({ ...options(), dryRun: true })).toMatchObject({
        dryRun: true,
        images: [{ siteVersion: '1.0.0', reference, imageId, state: 'would-retag' }],
      });
      expect(await client.images.inspect(reference)).toBeUndefined();
      expect((await retagImages(options())).images).toMatchObject([{ reference, state: 'retagged' }]);
      expect((await client.images.inspect(reference))?.id).toBe(imageId);
      expect(await retagImages(options())).toMatchObject({ images: [], inOrder: ['1.0.0'] });
      await loseTag();
      expect(await restoreRelease(options())).toMatchObject({ method: 'retag', imageId });
    });

    test('that another image holds is not taken, except with force, and then the other keeps one', async () => {
      await loseTag();
      const other = await client.images.inspect(engine.busyboxImage);
      await client.images.tag(engine.busyboxImage, reference);
      for (const dryRun of [true, false]) {
        await expect(restoreRelease({ ...options(), dryRun })).rejects.toMatchObject({
          code: 'restore-tag-held',
          exitCode: 8,
        });
      }
      expect((await retagImages(options())).images).toMatchObject([{ state: 'held', heldBy: other?.id }]);
      expect((await client.images.inspect(reference))?.id).toBe(other?.id);
      const restored = await restoreRelease({ ...options(), force: true });
      expect(restored.method).toBe('retag');
      expect((await client.images.inspect(reference))?.id).toBe(imageId);
      const aside = restored.keptAside ?? '';
      strangers.push(aside);
      expect(aside).toMatch(/:1\.0\.0-replaced-[0-9a-f]{12}$/);
      expect((await client.images.inspect(aside))?.id).toBe(other?.id);
    });

    test('a dry run says what would be tried, and changes nothing', async () => {
      const made = await archive();
      await removeImage();
      expect(await restoreRelease({ ...options(), dryRun: true })).toMatchObject({
        dryRun: true,
        method: 'archive',
        attempts: [
          { method: 'retag', state: 'missing' },
          { method: 'archive', from: made.path, state: 'available' },
        ],
      });
      expect(await client.images.inspect(imageId)).toBeUndefined();
      await restoreRelease(options());
    });

    test('of a release that was replaced is the one it has now', async () => {
      await bumpSite({ site: site.folder, to: '1.1.0' });
      await buildRelease(siteOptions(site, engine)).result;
      const first = (await readRecords({ site: site.folder })).manifests[0];
      const made = await archiveRelease({ ...options(), release: '1.1.0', to: { kind: 'folder', folder } });
      const again = await buildRelease({ ...siteOptions(site, engine), force: true }).result;
      const aside = `1.1.0-replaced-${first?.image.id.slice(7, 19)}`;
      expect(await readArchives(records(), aside)).toEqual([made.archive]);
      expect(await readArchives(records(), '1.1.0')).toEqual([]);
      await client.images.untag(`${site.image}:${aside}`);
      const restored = await restoreRelease({ ...options(), release: aside });
      expect(restored).toMatchObject({ reference: `${site.image}:${aside}`, imageId: first?.image.id });
      expect((await client.images.inspect(`${site.image}:1.1.0`))?.id).toBe(again.imageId);
    });

    /** Another image takes the tag, and loses it: so the release's image stays, without a name. */
    async function loseTag() {
      await client.images.tag(engine.busyboxImage, reference);
      await client.images.untag(reference);
      expect((await client.images.inspect(imageId))?.tags).toEqual([]);
    }
  });

  const reason = whyNoRegistry();
  (reason === undefined ? describe : describe.skip)(`in a registry${reason ? `: ${reason}` : ''}`, () => {
    let registry: TestRegistry;
    beforeAll(async () => {
      registry = await startRegistry();
    });
    afterAll(async () => {
      for (const image of [imageId, engine.busyboxImage]) {
        const { repoDigests = [] } = (await client.images.inspect(image)) ?? {};
        for (const name of repoDigests) if (name.startsWith(registry.host)) await client.images.untag(name);
      }
      await registry.stop();
    });

    const withLogin = () => ({
      ...options(),
      environment: { ...options().environment, DOCKER_CONFIG: registry.dockerConfig },
    });

    test('is pushed once, and comes back by its digest', async () => {
      const to = await parseArchiveDestination(`${registry.host}/acme/erp`, world.folder);
      const { archive: made, alreadyArchived } = await archiveRelease({ ...withLogin(), to });
      expect(made).toMatchObject({
        kind: 'registry',
        tag: `${registry.host}/acme/erp:1.0.0`,
        reference: expect.stringMatching(/\/acme\/erp@sha256:[0-9a-f]{64}$/),
        imageId,
      });
      expect(alreadyArchived).toBe(false);
      expect((await client.images.inspect(imageId))?.tags).toEqual([reference]);
      expect((await archiveRelease({ ...withLogin(), to })).alreadyArchived).toBe(true);

      await rm(folder, { recursive: true, force: true });
      await removeImage();
      const restored = await restoreRelease(withLogin());
      expect(restored).toMatchObject({ method: 'registry', imageId, isRenamed: false });
      expect((await client.images.inspect(reference))?.id).toBe(imageId);
      expect(await untaggedNames(engine, registry.host)).toEqual([]);
    });

    test('that requires a password is reported', async () => {
      const to = { kind: 'registry', repository: `${registry.host}/acme/other` } as const;
      const refused = await archiveRelease({ ...options(), to }).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'registry-refused', exitCode: 5 });
      expect(JSON.stringify(refused)).not.toContain(registry.password);
      expect((await client.images.inspect(reference))?.tags).toEqual([reference]);
    });

    test('that has another image by that tag keeps it', async () => {
      const name = `${registry.host}/acme/taken:1.0.0`;
      const credential = { username: registry.user, password: new Secret('password', registry.password) };
      await client.images.tag(engine.busyboxImage, name);
      await client.registries.push(name, { credential });
      await client.images.untag(name);
      const to = { kind: 'registry', repository: `${registry.host}/acme/taken` } as const;
      await expect(archiveRelease({ ...withLogin(), to })).rejects.toMatchObject({
        code: 'registry-tag-taken',
        exitCode: 8,
      });
      expect((await archiveRelease({ ...withLogin(), to, force: true })).alreadyArchived).toBe(false);
    });

    test('that is unreachable is distinguished', async () => {
      const to = { kind: 'registry', repository: '127.0.0.1:1/acme/erp' } as const;
      await expect(archiveRelease({ ...options(), to })).rejects.toMatchObject({
        code: 'registry-unreachable',
        exitCode: 5,
      });
    });
  });
});

/** What `docker images` lists with `<none>` for a tag. */
async function untaggedNames({ dockerCli }: SharedEngine, host: string): Promise<readonly string[]> {
  const environment = { ...process.env, ...dockerCli.env };
  const listed = await runCommand(dockerCli.command, ['images', '--all'], { environment });
  return listed.split('\n').filter((line) => line.startsWith(host) && line.includes('<none>'));
}

async function flipByte(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, at);
    byte.writeUInt8(byte.readUInt8() ^ 1);
    await file.write(byte, 0, 1, at);
  } finally {
    await file.close();
  }
}
