import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '@de-build/testbed';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ownSpace } from '../../packages/core/src/disk/process-alive.ts';
import { connectEngine } from '../../packages/core/src/engine/connect-engine.ts';
import type { Engine } from '../../packages/core/src/engine/engine.ts';
import { onEachEngine } from './on-each-engine.ts';

const REPOSITORY = `engine-images-test/${randomUUID().slice(0, 8)}`;
const IMAGE = `${REPOSITORY}:1.0.0`;
const BENCH = '/home/frappe/frappe-bench';

onEachEngine('the images of an engine', (shared) => {
  let engine: Engine;
  let folder: string;

  beforeAll(async () => {
    engine = await connectEngine({ environment: {}, host: shared.host });
    folder = await mkdtemp(join(tmpdir(), 'de-build-images-'));
    await writeFile(
      join(folder, 'Dockerfile'),
      [
        `FROM ${shared.busyboxImage}`,
        `RUN mkdir -p ${BENCH}/sites/assets /etc/x && echo '{"frappe":{}}' > ${BENCH}/sites/apps.json`,
        `RUN ln -s ${BENCH}/sites/apps.json /etc/x/absolute && ln -s ../x/absolute /etc/x/relative`,
        'RUN ln -s loop /loop && ln -s ../../../../../etc/x/absolute /climbing && ln -s /etc/x /folder',
        'RUN dd if=/dev/zero of=/large bs=1M count=17 2>/dev/null; echo -n > /empty',
        `VOLUME ["${BENCH}/sites", "${BENCH}/sites/assets"]`,
        'ENV WORD=x',
        'LABEL a=b',
        '',
      ].join('\n'),
    );
    await docker('build', '--quiet', '-t', IMAGE, folder);
  }, 120_000);

  afterAll(async () => {
    for (const { tag } of await engine.images.list(REPOSITORY))
      await engine.images.untag(`${REPOSITORY}:${tag}`);
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  });

  const docker = (...args: readonly string[]) =>
    runCommand(shared.dockerCli.command, args, { environment: { ...process.env, ...shared.dockerCli.env } });

  test('reports what it is', async () => {
    const info = await engine.about();
    expect(info).toMatchObject({
      platform: expect.stringMatching(/^linux\//),
    });
    expect(info.version).toMatch(new RegExp(`^${shared.version.replace('.', '\\.')}`));
    expect(info.apiVersion).toMatch(/^1\.\d+$/);
    expect(info.dataFolder).toMatch(/^\//);
  });

  test('is refused where DOCKER_BUILDKIT=0 switches its BuildKit off', async () => {
    const other = await connectEngine({ environment: { DOCKER_BUILDKIT: '0' }, host: shared.host });
    await expect(other.about()).rejects.toMatchObject({ code: 'engine-without-buildkit', exitCode: 5 });
    await other.close();
  });

  test('inspects what Docker’s own client shows', async () => {
    const [seen] = JSON.parse(await docker('image', 'inspect', IMAGE));
    expect(await engine.images.inspect(IMAGE)).toEqual({
      id: seen.Id,
      tags: [IMAGE],
      repoDigests: seen.RepoDigests,
      createdAt: new Date(seen.Created).toISOString(),
      sizeBytes: seen.Size,
      labels: { a: 'b' },
      env: expect.arrayContaining(['WORD=x']),
      layers: seen.RootFS.Layers,
      platform: `linux/${seen.Architecture}`,
    });
    expect(await engine.images.inspect(`${REPOSITORY}:none`)).toBeUndefined();
  });

  test('tags, lists and untags, and keeps an image that has another name', async () => {
    await engine.images.tag(IMAGE, `${REPOSITORY}:2.0.0`);
    await engine.images.tag(IMAGE, `${REPOSITORY}-other:1`);
    const listed = await engine.images.list(REPOSITORY);
    expect(listed.map(({ tag }) => tag).sort()).toEqual(['1.0.0', '2.0.0']);
    expect(listed[0]).toMatchObject({ labels: { a: 'b' }, id: expect.stringMatching(/^sha256:/) });
    await engine.images.untag(`${REPOSITORY}:2.0.0`);
    await engine.images.untag(`${REPOSITORY}-other:1`);
    await engine.images.untag(`${REPOSITORY}:2.0.0`);
    expect((await engine.images.list(REPOSITORY)).map(({ tag }) => tag)).toEqual(['1.0.0']);
  });

  test('tagging a missing image is an error', async () => {
    await expect(engine.images.tag(`${REPOSITORY}:none`, `${REPOSITORY}:3`)).rejects.toMatchObject({
      code: 'engine-object-missing',
    });
  });

  test.each([
    ['below a VOLUME', `${BENCH}/sites/apps.json`, '{"frappe":{}}\n'],
    ['behind an absolute link', '/etc/x/absolute', '{"frappe":{}}\n'],
    ['behind links to links', '/etc/x/relative', '{"frappe":{}}\n'],
    ['behind a link that climbs out of the root', '/climbing', '{"frappe":{}}\n'],
    ['behind a linked folder', '/folder/relative', '{"frappe":{}}\n'],
    ['that is empty', '/empty', ''],
    ['that does not exist', `${BENCH}/sites/none.json`, undefined],
    ['in a folder that does not exist', '/none/none', undefined],
    ['that is a folder', BENCH, undefined],
  ])('reads a file %s', async (_, path, text) => {
    expect((await engine.images.readFile(IMAGE, path))?.toString()).toBe(text);
  });

  test('a circle of links is an error', async () => {
    await expect(engine.images.readFile(IMAGE, '/loop')).rejects.toMatchObject({ code: 'engine-failed' });
  });

  test('reads no file that is too large, and nothing of a missing image', async () => {
    await expect(engine.images.readFile(IMAGE, '/large')).rejects.toMatchObject({
      code: 'image-file-too-large',
    });
    await expect(engine.images.readFile(`${REPOSITORY}:none`, '/x')).rejects.toMatchObject({
      code: 'engine-object-missing',
    });
  });

  test('leaves neither containers nor volumes behind', async () => {
    const volumes = async () => (await docker('volume', 'ls', '-q')).split('\n').sort();
    const before = await volumes();
    await engine.images.readFile(IMAGE, `${BENCH}/sites/apps.json`);
    expect(await engine.images.readingContainers([IMAGE])).toEqual([]);
    // Other tests make volumes at the same time; those that were there before are still there, and none is ours.
    const added = (await volumes()).filter((name) => !before.includes(name));
    for (const name of added) {
      const users = await docker('ps', '-a', '-q', '--filter', `volume=${name}`);
      expect(users).not.toBe('');
    }
  });

  test('a container of a dead process is distinguished from those in use, and removed', async () => {
    const made = async (pid: number) => {
      const label = `de-build.temporary=${hostname()} ${await ownSpace()} ${pid}`;
      return docker('create', '--label', label, IMAGE, 'never-started');
    };
    const dead = await made(spawnSync('true').pid);
    const own = await made(process.pid);
    const found = await engine.images.readingContainers([IMAGE]);
    expect([...found].sort((a, b) => Number(a.isAbandoned) - Number(b.isAbandoned))).toEqual([
      { id: own, isAbandoned: false },
      { id: dead, isAbandoned: true },
    ]);
    for (const id of [dead, own, own]) await engine.images.removeReadingContainer(id);
    expect(await engine.images.readingContainers([IMAGE])).toEqual([]);
    expect(await engine.images.readingContainers([`${REPOSITORY}:none`])).toEqual([]);
  });
});
