import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { connectEngine } from '../../packages/core/src/engine/connect-engine.ts';
import type { Engine } from '../../packages/core/src/engine/engine.ts';
import { onEachEngine } from '../engine/on-each-engine.ts';

const REPOSITORY = `hostile-context-${randomBytes(4).toString('hex')}`;
/** Is in a file next to the context, and must be in no image. */
const CANARY = `canary-${randomBytes(12).toString('hex')}`;
const ODD_NAME = 'new\nline \u001b]0;title\u0007';

onEachEngine('a hostile build context', (shared) => {
  let engine: Engine;
  let folder: string;
  let context: string;
  beforeAll(async () => {
    engine = await connectEngine({ environment: {}, host: shared.host });
  });
  afterAll(() => engine.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'de-build-hostile-'));
    context = join(folder, 'context');
    await mkdir(join(folder, 'outside'));
    await mkdir(context);
    await writeFile(join(folder, 'outside/canary'), CANARY);
  });
  afterEach(async () => {
    for (const { tag } of await engine.images.list(REPOSITORY))
      await engine.images.untag(`${REPOSITORY}:${tag}`);
    await rm(folder, { recursive: true, force: true });
  });

  async function build(containerfile: string, ignore = ''): Promise<string> {
    await writeFile(join(context, 'Containerfile'), `FROM ${shared.busyboxImage}\n${containerfile}\n`);
    await writeFile(join(context, '.dockerignore'), ignore);
    const { id } = await engine.build({
      contextFolder: context,
      containerfile: join(context, 'Containerfile'),
      tags: [`${REPOSITORY}:1`],
      buildArgs: {},
      secrets: {},
      labels: {},
      noCache: true,
      pull: false,
      neverSend: [],
    });
    return id;
  }

  /** Sparse: it takes nothing on disk. */
  async function makeTerabyte(): Promise<void> {
    await writeFile(join(context, 'disk.img'), '');
    await truncate(join(context, 'disk.img'), 2 ** 40);
  }

  test('links that leave it lead nowhere, pipes and devices hold nobody up, odd names stay', async () => {
    await symlink('../outside/canary', join(context, 'file-link'));
    await symlink(join(folder, 'outside/canary'), join(context, 'absolute-link'));
    await symlink('../outside', join(context, 'folder-link'));
    await symlink('loop', join(context, 'loop'));
    execFileSync('mkfifo', [join(context, 'fifo')]);
    if (process.getuid?.() === 0) execFileSync('mknod', [join(context, 'random'), 'c', '1', '8']);
    await writeFile(join(context, ODD_NAME), 'odd');
    await makeTerabyte();
    const id = await build('COPY . /context', 'disk.img\n');
    expect(await holds(id, 'odd')).toBe(true);
    expect(await holds(id, CANARY)).toBe(false);
    expect(await engine.images.readFile(id, `/context/${ODD_NAME}`)).toEqual(Buffer.from('odd'));
  });

  test.each(['folder-link/canary', 'file-link', 'absolute-link'])(
    'COPY %s copies nothing from outside',
    async (path) => {
      await symlink('../outside/canary', join(context, 'file-link'));
      await symlink(join(folder, 'outside/canary'), join(context, 'absolute-link'));
      await symlink('../outside', join(context, 'folder-link'));
      const id = await build(`COPY ${path} /context/`).catch((error: { code?: string }) => {
        expect(error.code).toMatch(/^build-|^containerfile-/);
        return undefined;
      });
      if (id !== undefined) expect(await holds(id, CANARY)).toBe(false);
    },
  );

  test('a sparse file of a terabyte is refused by name, and not sent', async () => {
    await makeTerabyte();
    await expect(build('COPY . /context')).rejects.toMatchObject({
      code: 'context-file-too-large',
      what: '"disk.img" in the build context is 1024 GiB long.',
    });
  });

  test('a file that changes while it is sent is an error, even if the build succeeds', async () => {
    const file = join(context, 'log');
    await writeFile(file, Buffer.alloc(300_000, 'x'));
    const writing = setInterval(() => appendFileSync(file, 'more'), 1);
    try {
      await expect(build('COPY . /context')).rejects.toMatchObject({
        code: 'context-changed',
        what: expect.stringContaining('"log"'),
      });
    } finally {
      clearInterval(writing);
    }
  });

  /** Whether the bytes of an image have a text; no layer of a build is compressed in there. */
  async function holds(image: string, text: string): Promise<boolean> {
    const saving = spawn(shared.dockerCli.command, ['save', image], {
      env: { ...process.env, ...shared.dockerCli.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let isFound = false;
    let end = '';
    for await (const chunk of saving.stdout as AsyncIterable<Buffer>) {
      const bytes = end + chunk.toString('latin1');
      isFound ||= bytes.includes(text);
      end = bytes.slice(-text.length);
    }
    return isFound;
  }
});
