import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BUSYBOX_IMAGE, ensureBaseImages } from '@de-build/testbed';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BuildEvent } from '../../packages/core/src/engine/build-event.ts';
import { connectEngine } from '../../packages/core/src/engine/connect-engine.ts';
import type { BuildRequest, Engine } from '../../packages/core/src/engine/engine.ts';
import { Secret } from '../../packages/core/src/secrets/secret.ts';

const SECRET = 's3cr3t-of-the-podman-test';
const IMAGE = 'podman-test/site';

const whyNot = reasonToSkip();

if (whyNot !== undefined) test.skip(`Podman's socket: skipped, because ${whyNot}`, () => undefined);
else
  describe("Podman's Docker-compatible socket", () => {
    let folder: string;
    let service: ChildProcess;
    let engine: Engine;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'de-build-podman-'));
      const socket = join(folder, 'podman.sock');
      const stores = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run')];
      service = spawn('podman', [...stores, 'system', 'service', '--time=0', `unix://${socket}`], {
        stdio: 'ignore',
      });
      for (let left = 100; left > 0 && !existsSync(socket); left--) await sleep(100);
      await ensureBaseImages(`unix://${socket}`, [BUSYBOX_IMAGE]);
      engine = await connectEngine({ environment: {}, host: `unix://${socket}` });
      // Podman 4.3 does not heed the tag of an import.
      await engine.images.tag(BUSYBOX_IMAGE.replace(/:.*$/, ':latest'), BUSYBOX_IMAGE);
    }, 120_000);

    afterAll(async () => {
      await engine?.close();
      const gone = new Promise((done) => service.once('exit', done));
      service.kill();
      await gone;
      // Podman leaves its store mounted.
      spawnSync('umount', ['-R', join(folder, 'root/overlay')]);
      await rm(folder, { recursive: true, force: true });
    }, 60_000);

    async function build(containerfile: string, change: Partial<BuildRequest> = {}) {
      await writeFile(join(folder, 'Containerfile'), containerfile.replace('BASE', BUSYBOX_IMAGE));
      return engine.build({
        contextFolder: folder,
        containerfile: join(folder, 'Containerfile'),
        tags: [`${IMAGE}:1`],
        buildArgs: {},
        secrets: {},
        labels: { a: 'b' },
        noCache: false,
        pull: false,
        neverSend: ['root', 'run', 'podman.sock'],
        builder: 'podman',
        ...change,
      });
    }

    test('says that it is Podman, and has no build cache to prune', async () => {
      expect(await engine.about()).toMatchObject({ product: 'podman', builder: 'podman' });
      expect(await engine.cache.usage()).toEqual([]);
      await expect(engine.cache.prune({ all: true })).rejects.toMatchObject({
        code: 'engine-without-build-cache',
      });
    });

    test('builds, with a secret that is in the step and not in the image', async () => {
      const events: BuildEvent[] = [];
      const built = await build(
        [
          'FROM BASE AS first',
          'ARG WORD',
          'RUN --mount=type=secret,id=apps_json,target=/opt/apps.json,uid=1000 wc -c < /opt/apps.json > /size; echo $WORD',
          'COPY . /c/',
          'RUN ln -s size /link',
          'FROM first',
          'RUN find / -xdev -type f > /files',
          '',
        ].join('\n'),
        {
          secrets: { apps_json: new Secret('apps.json', SECRET) },
          buildArgs: { WORD: 'hello' },
          onEvent: (event) => events.push(event),
        },
      );
      const read = async (path: string) => (await engine.images.readFile(built.id, path))?.toString();
      expect((await read('/size'))?.trim()).toBe(String(SECRET.length));
      expect(await read('/link')).toBe(await read('/size'));
      expect(await read('/files')).toContain('/c/Containerfile');
      expect(await read('/files')).not.toMatch(/secret/);
      expect(events).toContainEqual(expect.objectContaining({ type: 'build-log', text: 'hello\n' }));
      expect(await engine.images.list(IMAGE)).toMatchObject([{ tag: '1', id: built.id }]);
      expect(built.steps.map(({ name }) => name)).toContain('[1: 4/5] COPY . /c/');
    });

    test('finds its steps cached', async () => {
      const first = await build('FROM BASE\nRUN echo once > /once\n');
      const again = await build('FROM BASE\nRUN echo once > /once\n');
      expect(again.id).toBe(first.id);
      expect(again.steps[1]).toMatchObject({ name: '[2/3] RUN echo once > /once', cached: true });
    });

    test('a failing step is an error with its last words', async () => {
      await expect(build('FROM BASE\nRUN echo last words; exit 3\n')).rejects.toMatchObject({
        code: 'build-step-failed',
        what: expect.stringMatching(/^Step \[2\/3\] \(Containerfile:2\) failed: RUN echo last words/),
        why: 'It ended with exit code 3.',
        output: 'last words',
      });
    });

    test('stops when it is aborted, and tags nothing', async () => {
      const stop = new AbortController();
      const building = build('FROM BASE\nRUN echo begun; sleep 2\n', {
        tags: [`${IMAGE}:stopped`],
        signal: stop.signal,
        onEvent: (event) => {
          if (event.type === 'build-step' && event.name.includes('sleep')) stop.abort();
        },
      });
      await expect(building).rejects.toMatchObject({ code: 'build-interrupted', exitCode: 130 });
      await sleep(3000);
      expect(await engine.images.inspect(`${IMAGE}:stopped`)).toBeUndefined();
    });

    test('tags and untags by the name that Docker would use', async () => {
      await build('FROM BASE\nRUN true\n');
      await engine.images.tag(`${IMAGE}:1`, `${IMAGE}:2`);
      expect((await engine.images.inspect(`${IMAGE}:2`))?.tags).toContain(`${IMAGE}:2`);
      await engine.images.untag(`${IMAGE}:2`);
      expect((await engine.images.list(IMAGE)).map(({ tag }) => tag)).toEqual(['1']);
    });
  });

function reasonToSkip(): string | undefined {
  if (process.getuid?.() !== 0) return 'it keeps its store in a folder of its own, which needs root';
  return spawnSync('podman', ['--version']).status === 0 ? undefined : 'podman is not installed';
}
