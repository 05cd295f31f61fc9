import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from '@de-build/testbed';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { connectEngine } from '../../packages/core/src/engine/connect-engine.ts';
import type { BuildRequest, Engine } from '../../packages/core/src/engine/engine.ts';
import { onEachEngine } from './on-each-engine.ts';
import { type FileInImage, readFiles } from './read-image-files.ts';

const REPOSITORY = `classic-files-${randomUUID().slice(0, 8)}`;

onEachEngine('the classic builder gives the same files as Docker’s own client', (shared) => {
  let engine: Engine;
  let folder: string;
  let context: string;

  beforeAll(async () => {
    engine = await connectEngine({ environment: {}, host: shared.host });
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'de-build-classic-'));
    context = join(folder, 'context');
    await mkdir(context);
  });

  afterEach(async () => {
    for (const { tag } of await engine.images.list(REPOSITORY))
      await engine.images.untag(`${REPOSITORY}:${tag}`);
    await rm(folder, { recursive: true, force: true });
  });

  afterAll(() => engine.close());

  /** Writes files; the Containerfile's `FROM BASE` becomes an image of this engine. */
  async function write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      const file = join(context, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text.replaceAll('FROM BASE', `FROM ${shared.busyboxImage}`));
    }
  }

  const build = (change: Partial<BuildRequest> = {}) =>
    engine.build({
      contextFolder: context,
      containerfile: join(context, 'Containerfile'),
      tags: [`${REPOSITORY}:ours`],
      buildArgs: {},
      secrets: {},
      labels: {},
      noCache: true,
      pull: false,
      neverSend: [],
      builder: 'classic',
      ...change,
    });

  test.each([
    ['everything', undefined],
    ['an ignore file with exceptions', '**/*.log\n!sub/keep.log\nnode_modules\n'],
    ['an ignore file that excludes itself and the Containerfile', 'Containerfile\n.dockerignore\n*.md\n'],
    ['an ignore file that lets one file through', '*\n!sub\n'],
  ])('with %s', async (_, ignore) => {
    await writeOddContext();
    if (ignore !== undefined) await write({ '.dockerignore': ignore });
    expect(await readFiles(shared, await build())).toEqual(await readFiles(shared, await buildWithCli('0')));
  });

  test('with a Containerfile that lies outside', async () => {
    await writeOddContext();
    await write({ '../Outside': 'FROM BASE\nCOPY . /c/\n', '.dockerignore': '*.md\n' });
    const containerfile = join(folder, 'Outside');
    // Both write the Containerfile's name inside the context into .dockerignore; Docker's client makes a random one.
    const withoutName = (files: readonly FileInImage[]) =>
      files.map((file) => (file.path === 'c/.dockerignore' ? { ...file, hash: '', mtime: 0 } : file));
    expect(withoutName(await readFiles(shared, await build({ containerfile })))).toEqual(
      withoutName(await readFiles(shared, await buildWithCli('0', containerfile))),
    );
  });

  test('with an ignore file of the Containerfile’s own, as BuildKit reads it', async () => {
    await writeOddContext();
    await write({
      '.dockerignore': 'sub\n',
      'Containerfile.dockerignore': '*.md\nContainerfile\nContainerfile.dockerignore\nfifo\n',
    });
    const names = ({ path, hash, link: target }: FileInImage) => ({ path, hash, target });
    // The classic builder is told the name of the Containerfile by the .dockerignore in the context.
    const withoutIgnoreFile = (files: readonly FileInImage[]) =>
      files.filter(({ path }) => path !== 'c/.dockerignore').map(names);
    expect(withoutIgnoreFile(await readFiles(shared, await build()))).toEqual(
      withoutIgnoreFile(await readFiles(shared, await buildWithCli('1'))),
    );
  });
  async function writeOddContext(): Promise<void> {
    await write({
      Containerfile: 'FROM BASE\nCOPY . /c/\n',
      'README.md': 'read',
      'sub/keep.log': 'keep',
      'sub/deeper/lose.log': 'lose',
      'node_modules/x/index.js': 'x',
      'größe 😀.txt': 'odd name',
      [`${'long-'.repeat(30)}/${'name'.repeat(40)}`]: 'long',
      empty: '',
      big: 'b'.repeat(300_000),
      secret: 'mode 0',
    });
    await mkdir(join(context, 'empty-folder'));
    await link(join(context, 'big'), join(context, 'big-too'));
    await symlink('sub/keep.log', join(context, 'link'));
    await symlink('/nowhere', join(context, 'dangling'));
    execFileSync('mkfifo', [join(context, 'fifo')]);
    await chmod(join(context, 'empty'), 0o4755);
    await chmod(join(context, 'secret'), 0);
    await chmod(join(context, 'empty-folder'), 0o1777);
    await utimes(join(context, 'README.md'), new Date(0), new Date('1969-07-20T20:17:40.5Z'));
    await utimes(join(context, 'sub/keep.log'), new Date(0), new Date('2001-02-03T04:05:06.789Z'));
    await utimes(join(context, 'sub'), new Date(0), new Date('2001-02-03T04:05:06.789Z'));
  }

  async function buildWithCli(buildkit: '0' | '1', containerfile = join(context, 'Containerfile')) {
    const tag = `${REPOSITORY}:cli`;
    const args = ['build', '--no-cache', '-f', containerfile, '-t', tag, context];
    await runCommand(shared.dockerCli.command, args, {
      environment: { ...process.env, ...shared.dockerCli.env, DOCKER_BUILDKIT: buildkit },
    });
    return { id: tag };
  }
});
