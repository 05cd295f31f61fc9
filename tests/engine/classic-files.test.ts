import { execFileSync } from 'node:child_process';
import { chmod, link, mkdir, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '@de-build/testbed';
import { expect, test } from '@jest/globals';
import { onEachEngine } from './on-each-engine.ts';
import { type FileInImage, readFiles } from './read-image-files.ts';
import { useBuilds } from './use-builds.ts';

onEachEngine('the classic builder gives the same files as Docker’s own client', (shared) => {
  const builds = useBuilds(shared, { builder: 'classic', noCache: true });
  const { write, build } = builds;

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
    const containerfile = join(builds.folder, 'Outside');
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
    await mkdir(join(builds.context, 'empty-folder'));
    await link(join(builds.context, 'big'), join(builds.context, 'big-too'));
    await symlink('sub/keep.log', join(builds.context, 'link'));
    await symlink('/nowhere', join(builds.context, 'dangling'));
    execFileSync('mkfifo', [join(builds.context, 'fifo')]);
    await chmod(join(builds.context, 'empty'), 0o4755);
    await chmod(join(builds.context, 'secret'), 0);
    await chmod(join(builds.context, 'empty-folder'), 0o1777);
    await utimes(join(builds.context, 'README.md'), new Date(0), new Date('1969-07-20T20:17:40.5Z'));
    await utimes(join(builds.context, 'sub/keep.log'), new Date(0), new Date('2001-02-03T04:05:06.789Z'));
    await utimes(join(builds.context, 'sub'), new Date(0), new Date('2001-02-03T04:05:06.789Z'));
  }

  async function buildWithCli(buildkit: '0' | '1', containerfile = join(builds.context, 'Containerfile')) {
    const tag = `${builds.repository}:cli`;
    const args = ['build', '--no-cache', '-f', containerfile, '-t', tag, builds.context];
    await runCommand(shared.dockerCli.command, args, {
      environment: { ...process.env, ...shared.dockerCli.env, DOCKER_BUILDKIT: buildkit },
    });
    return { id: tag };
  }
});
