import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { chmod, link, mkdir, mkdtemp, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BUSYBOX_IMAGE, ensureBaseImages } from '@de-build/testbed';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
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
    let context: string;
    let service: ChildProcess;
    let engine: Engine;

    beforeAll(async () => {
      // Podman allows 50 characters for its runroot.
      folder = await mkdtemp(join(tmpdir(), 'p-'));
      const socket = join(folder, 'podman.sock');
      service = spawn('podman', [...stores(), 'system', 'service', '--time=0', `unix://${socket}`], {
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

    beforeEach(async () => {
      context = join(folder, 'context');
      await mkdir(context);
    });

    afterEach(() => rm(context, { recursive: true }));

    async function write(files: Readonly<Record<string, string>>) {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(context, path)), { recursive: true });
        await writeFile(join(context, path), text.replaceAll('FROM BASE', `FROM ${BUSYBOX_IMAGE}`));
      }
    }

    async function build(containerfile: string, change: Partial<BuildRequest> = {}) {
      await write({ Containerfile: containerfile });
      return engine.build({
        contextFolder: context,
        containerfile: join(context, 'Containerfile'),
        tags: [`${IMAGE}:1`],
        buildArgs: {},
        secrets: {},
        labels: { a: 'b' },
        noCache: false,
        pull: false,
        neverSend: [],
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

    test.each([
      ['a Containerfile that is not one', 'NONSENSE x\n', {}, 'containerfile-invalid'],
      ['a base image that does not exist', 'FROM localhost:1/none:1\n', {}, 'base-image-unavailable'],
      ['a target that does not exist', 'FROM BASE AS one\n', { target: 'two' }, 'build-target-missing'],
    ])('%s is an error', async (_, containerfile, change, code) => {
      await expect(build(containerfile, change)).rejects.toMatchObject({ code });
    });

    test('reports a build arg that is not used, and what a base image is', async () => {
      const built = await build('FROM BASE\nRUN true\n', { buildArgs: { X: '1' } });
      expect(built.warnings).toEqual([expect.stringContaining('not consumed')]);
      const base = await engine.images.inspect(BUSYBOX_IMAGE);
      expect(built.baseDigests[BUSYBOX_IMAGE]).toBe(base?.repoDigests[0]?.split('@')[1] ?? base?.id);
    });

    test('sends nothing that must never be sent', async () => {
      await write({ '.env': 'TOKEN=x', a: 'a', '.de-build/x': 'x' });
      const built = await build(LISTED, { neverSend: ['.env', '.de-build'] });
      expect(await listed(built)).toMatch(/^\.\/Containerfile .*\n\.\/a .*\n$/);
      expect(built.sent).toMatchObject({ files: 2 });
    });

    test('reports the digest of the context, the same for the same files', async () => {
      await write({ a: 'a', '.dockerignore': 'ignored\n', ignored: '1' });
      const contextHashesFile = join(folder, 'hashes');
      const digest = async () => (await build(LISTED, { contextHashesFile })).context?.digest;
      const first = await digest();
      expect(first).toMatch(/^sha256:[0-9a-f]{64}$/);
      await write({ ignored: '2' });
      expect(await digest()).toBe(first);
      await write({ a: 'b' });
      expect(await digest()).not.toBe(first);
    });

    describe('gives the same files as Podman’s own client', () => {
      beforeEach(writeOddContext);

      test.each([
        ['everything', undefined],
        ['an ignore file with exceptions', '**/*.log\n!sub/keep.log\nnode_modules\n'],
        ['an ignore file that excludes itself and the Containerfile', 'Containerfile\n.dockerignore\n*.md\n'],
        ['an ignore file that lets one file through', '*\n!sub\n'],
      ])('with %s', async (_, ignore) => {
        if (ignore !== undefined) await write({ '.dockerignore': ignore });
        const ours = await listed(await build(LISTED));
        expect(ours).toContain('./sub/keep.log regular file 644');
        expect(ours).toBe(await listed(buildWithClient(join(context, 'Containerfile'))));
      });

      test('with a Containerfile outside the context', async () => {
        await write({ '.dockerignore': '*.md\n', '../Outside': LISTED });
        const containerfile = join(folder, 'Outside');
        const ours = await listed(await build(LISTED, { containerfile }));
        expect(ours).toBe(await listed(buildWithClient(containerfile)));
      });
    });

    test('an ignore file of the Containerfile’s own takes precedence over the general one', async () => {
      await write({
        '.dockerignore': 'a\n',
        'Containerfile.dockerignore': 'b\nContainerfile\n',
        a: '',
        b: '',
      });
      expect((await listed(await build(LISTED))).split('\n').map((line) => line.split(' ')[0])).toEqual([
        './.dockerignore',
        './Containerfile.dockerignore',
        './a',
        '',
      ]);
    });

    test('links that leave the context lead nowhere, pipes hold nobody up', async () => {
      await writeFile(join(folder, 'canary'), SECRET);
      await symlink(join(folder, 'canary'), join(context, 'file-link'));
      await symlink(folder, join(context, 'folder-link'));
      await symlink('loop', join(context, 'loop'));
      execFileSync('mkfifo', [join(context, 'fifo')]);
      const built = await build(
        "FROM BASE\nCOPY . /c/\nRUN find /c -type f -exec grep '[s]3cr3t' {} + > /found; [ -p /c/fifo ]\n",
      );
      expect(await engine.images.readFile(built.id, '/found')).toEqual(Buffer.alloc(0));
    });

    test('a relative link that leaves the context is refused by Podman', async () => {
      await symlink('../canary', join(context, 'file-link'));
      await expect(build('FROM BASE\nCOPY . /c/\n')).rejects.toMatchObject({ code: 'engine-failed' });
    });

    test('a sparse file of a terabyte is refused by name, and not sent', async () => {
      await write({ 'disk.img': '' });
      await truncate(join(context, 'disk.img'), 2 ** 40);
      await expect(build('FROM BASE\nCOPY . /c/\n')).rejects.toMatchObject({
        code: 'context-file-too-large',
        what: '"disk.img" in the build context is 1024 GiB long.',
      });
    });

    test('a file that changes while it is sent is an error, even if the build succeeds', async () => {
      await write({ log: 'x'.repeat(300_000) });
      const writing = setInterval(() => appendFileSync(join(context, 'log'), 'more'), 1);
      try {
        await expect(build('FROM BASE\nCOPY . /c/\n')).rejects.toMatchObject({
          code: 'context-changed',
          what: expect.stringContaining('"log"'),
        });
      } finally {
        clearInterval(writing);
      }
    });

    test('does not begin when it was aborted before', async () => {
      await expect(build('FROM BASE\n', { signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: 'build-interrupted',
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

    async function writeOddContext(): Promise<void> {
      await write({
        'README.md': 'read',
        'sub/keep.log': 'keep',
        'sub/deeper/lose.log': 'lose',
        'node_modules/x/index.js': 'x',
        'größe.txt': 'odd name',
        [`${'long-'.repeat(30)}/${'name'.repeat(40)}`]: 'long',
        empty: '',
        big: 'b'.repeat(300_000),
        secret: 'mode 0',
      });
      await mkdir(join(context, 'empty-folder'));
      await link(join(context, 'big'), join(context, 'big-too'));
      await symlink('sub/keep.log', join(context, 'link'));
      await symlink('/nowhere', join(context, 'dangling'));
      await chmod(join(context, 'empty'), 0o4755);
      await chmod(join(context, 'secret'), 0);
      await chmod(join(context, 'empty-folder'), 0o1777);
      await utimes(join(context, 'README.md'), new Date(0), new Date('1969-07-20T20:17:40.5Z'));
      await utimes(join(context, 'sub/keep.log'), new Date(0), new Date('2001-02-03T04:05:06.789Z'));
    }

    function buildWithClient(containerfile: string): { readonly id: string } {
      const args = [
        'build',
        '--quiet',
        '--no-cache',
        '--file',
        containerfile,
        '--tag',
        `${IMAGE}-client:1`,
        context,
      ];
      return {
        id: execFileSync('podman', [...stores(), ...args])
          .toString()
          .trim(),
      };
    }

    async function listed(image: { readonly id: string }): Promise<string> {
      return String(await engine.images.readFile(image.id, '/list'));
    }

    function stores(): readonly string[] {
      return ['--root', join(folder, 'root'), '--runroot', join(folder, 'r')];
    }
  });

/** Lists every file of the context, with its contents. */
const LISTED = [
  'FROM BASE',
  'COPY . /c/',
  'RUN cd /c && find . -mindepth 1 | sort | while read -r f; do \\',
  '  echo "$(stat -c "%n %F %a %u:%g" "$f") $([ ! -f "$f" ] || md5sum < "$f")"; done > /list',
  '',
].join('\n');

function reasonToSkip(): string | undefined {
  if (process.getuid?.() !== 0) return 'it keeps its store in a folder of its own, which needs root';
  return spawnSync('podman', ['--version']).status === 0 ? undefined : 'podman is not installed';
}
