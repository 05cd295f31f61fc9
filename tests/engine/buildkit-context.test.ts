import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, link, mkdir, open, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { runCommand, startCountingProxy } from '@de-build/testbed';
import { describe, expect, test } from '@jest/globals';
import { connectEngine } from '../../packages/core/src/engine/connect-engine.ts';
import { Secret } from '../../packages/core/src/secrets/secret.ts';
import { onEachEngine } from './on-each-engine.ts';
import { readLayers } from './read-layers.ts';
import { useBuilds } from './use-builds.ts';

onEachEngine('BuildKit gets the same context as from Docker’s own client', (shared) => {
  const builds = useBuilds(shared, { sessionKey: new Secret('session key', randomUUID()) });
  const { write, build } = builds;

  async function buildWithCli(
    containerfile = 'Containerfile',
    environment: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    await runCommand(
      shared.dockerCli.command,
      [
        'build',
        '--quiet',
        '--no-cache',
        '--tag',
        `${builds.repository}:theirs`,
        '--file',
        join(builds.context, containerfile),
        builds.context,
      ],
      { environment: { ...process.env, ...shared.dockerCli.env, ...environment } },
    );
  }

  /** Before 23, folders of a context get the time at which they arrive in the engine, with any client. */
  const givesFoldersTheirOwnTime = Number.parseInt(shared.version, 10) >= 23;

  async function layersOf(tag: string): Promise<readonly string[]> {
    return (await builds.engine.images.inspect(`${builds.repository}:${tag}`))?.layers ?? [];
  }

  /** What the last layers hold, without the times of folders. */
  const addedFiles = async (tag: string) => readLayers(shared, `${builds.repository}:${tag}`, { skip: 1 });

  /**
   * Docker's client builds first. A cache hit for us then means that the engine's own checksum over what we sent is
   * the same; a build without cache adds the times, which that checksum leaves out. Contexts are copied to the root,
   * because a folder that COPY makes has the time of its making.
   */
  async function expectSame(containerfile = 'Containerfile'): Promise<void> {
    await buildWithCli(containerfile);
    const ours = await build({ containerfile: join(builds.context, containerfile) });
    const copies = ours.steps.filter((step) => /\] COPY/.test(step.name));
    expect(copies.length).toBeGreaterThan(0);
    expect(copies.filter((step) => !step.cached)).toEqual([]);
    await build({ containerfile: join(builds.context, containerfile), noCache: true });
    expect(await addedFiles('ours')).toEqual(await addedFiles('theirs'));
    if (!givesFoldersTheirOwnTime) return;
    expect(await layersOf('ours')).toEqual(await layersOf('theirs'));
    expect((await layersOf('ours')).length).toBeGreaterThan(1);
  }

  async function writeOddContext(): Promise<void> {
    await write({
      Containerfile: 'FROM BASE\nCOPY . /\n',
      'README.md': 'read',
      'sub/keep.log': 'keep',
      'sub/deeper/lose.log': 'lose',
      'node_modules/x/index.js': 'x',
      'größe 😀.txt': 'odd name',
      'with,comma/a,b': 'commas',
      'new\nline': 'line',
      'back\\slash': 'slash',
      '100%': 'percent',
      '[bracket]': 'bracket',
      'a/z': '1',
      'a-b': '2',
      'a.b': '3',
      '\u{ff5e}': 'beyond the surrogates',
      [`${'long-'.repeat(30)}/${'name'.repeat(40)}`]: 'long',
      empty: '',
      big: 'b'.repeat(300_000),
    });
    await mkdir(join(builds.context, 'empty-folder'));
    await link(join(builds.context, 'big'), join(builds.context, 'big-too'));
    await link(join(builds.context, 'big'), join(builds.context, 'a/big-three'));
    await symlink('sub/keep.log', join(builds.context, 'link'));
    await symlink('/nowhere', join(builds.context, 'dangling'));
    await symlink('../../outside', join(builds.context, 'sub/out'));
    execFileSync('mkfifo', [join(builds.context, 'fifo')]);
    await link(join(builds.context, 'fifo'), join(builds.context, 'fifo-too'));
    await chmod(join(builds.context, 'empty'), 0o6755);
    await chmod(join(builds.context, 'README.md'), 0o400);
    await chmod(join(builds.context, 'empty-folder'), 0o1777);
    const old = new Date('1969-07-20T20:17:40.123Z');
    await utimes(join(builds.context, 'README.md'), old, old);
    execFileSync('touch', ['-d', '2020-02-29T01:02:03.123456789Z', join(builds.context, 'a.b')]);
  }

  describe('with an odd context and', () => {
    // Docker's client of 20.10 does not know that `**` matches line breaks, nor `!**/` with everything ignored.
    const forNewerClients: [string, string | undefined][] = givesFoldersTheirOwnTime
      ? [['everything ignored but one name', '**\n!**/keep.log\n']]
      : [];

    test.each([
      ...forNewerClients,
      ['nothing ignored', undefined],
      ['exceptions', '**/*.log\n!sub/keep.log\nnode_modules\n'],
      ['one folder let through', '*\n!sub\n'],
      ['one file let through', '*\n!sub/keep.log\n'],
      ['odd patterns', '# comment\n/größe*\n[[]bracket]\nwith,comma/a?b\na[.\\-]b\nlong-*/\n\\*\n100%\n'],
      ['the first name of a hard link ignored', 'a/big-three\n'],
      ['itself and the Containerfile ignored', 'Containerfile\n.dockerignore\n'],
      [
        '400 long patterns',
        Array.from({ length: 400 }, (_, i) => `ignored-${'ö,'.repeat(20)}${i}/**`).join('\n'),
      ],
    ])('%s', async (_, ignore) => {
      await writeOddContext();
      if (ignore !== undefined) await write({ '.dockerignore': ignore });
      await expectSame();
    });
  });

  test('a device and a socket', async () => {
    await write({ Containerfile: 'FROM BASE\nCOPY . /\n' });
    execFileSync('mknod', [join(builds.context, 'null'), 'c', '1', '3']);
    const server = createServer().listen(join(builds.context, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      await expectSame();
    } finally {
      server.close();
    }
  });

  test('copied sources that are symlinks', async () => {
    await write({
      Containerfile: 'FROM BASE\nCOPY current/data /\nCOPY *.txt /\n',
      'versions/2/data/file': 'two',
      'versions/1/data/file': 'one',
      'texts/a': 'a',
      unused: 'unused',
    });
    await symlink('versions/2', join(builds.context, 'current'));
    await symlink('/texts/a', join(builds.context, 'a.txt'));
    await expectSame();
  });

  test('an ignore file of the Containerfile’s own', async () => {
    await write({
      'docker/Site.dockerfile': 'FROM BASE\nCOPY . /\n',
      'docker/Site.dockerfile.dockerignore': 'docker\nlost\n',
      '.dockerignore': 'kept\n',
      kept: 'kept',
      lost: 'lost',
    });
    await expectSame('docker/Site.dockerfile');
  });

  test('a Containerfile outside of the context, behind a symlink', async () => {
    await write({ kept: 'kept', '../real/Site': 'FROM BASE\nCOPY . /\n' });
    await symlink('real/Site', join(builds.folder, 'Site ünï'));
    const image = await build({ containerfile: join(builds.folder, 'Site ünï') });
    expect(await builds.engine.images.readFile(image.id, '/kept')).toEqual(Buffer.from('kept'));
  });

  test('2,000 small files and one of 40 MB: the second time nothing is sent, and not more than Docker sends', async () => {
    await write({
      Containerfile: 'FROM BASE\nCOPY . /\n',
      ...Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`f/${i % 20}/${i}.txt`, `content ${i}`])),
    });
    const large = await open(join(builds.context, 'large'), 'w');
    for (let piece = 0; piece < 40; piece++) await large.write(Buffer.alloc(1024 * 1024, `${piece} `));
    await large.close();
    await expectSame();
    const again = await build();
    const withoutContainerfile = again.sent.files - 1;
    expect(withoutContainerfile).toBeLessThanOrEqual(0);
    expect(again.sent.wireBytes).toBeLessThan(2000 * 50);
    await write({ 'f/1/1.txt': 'changed' });
    const changed = await build();
    expect(changed.sent.files).toBeLessThanOrEqual(2);
    expect(changed.sent.files).toBeGreaterThanOrEqual(1);
    expect(await builds.engine.images.readFile(changed.id, '/f/1/1.txt')).toEqual(Buffer.from('changed'));
  }, 120_000);

  test('the second time, at most as many bytes are sent as by Docker’s client', async () => {
    if (shared.socketPath === undefined) return;
    await write({
      Containerfile: 'FROM BASE\nCOPY . /\n',
      ...Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`f/${i % 20}/${i}.txt`, `content ${i}`])),
    });
    await buildWithCli();
    await build();
    const proxy = await startCountingProxy(shared.socketPath, join(builds.folder, 'counted.sock'));
    const sent = () => proxy.take().reduce((sum, connection) => sum + connection.sent, 0);
    const counted = await connectEngine({ environment: {}, host: proxy.host });
    try {
      await buildWithCli('Containerfile', { DOCKER_HOST: proxy.host });
      const theirs = sent();
      const { wireBytes } = (await build({}, counted)).sent;
      const ours = sent();
      expect(wireBytes).toBeLessThanOrEqual(ours);
      expect(ours / theirs).toBeLessThanOrEqual(1);
    } finally {
      await counted.close();
      await proxy.close();
    }
  });

  test('another client of the same folder, without the key of the site, gets nothing of what was sent', async () => {
    await write({ Containerfile: 'FROM BASE\nCOPY large /\n', large: randomBytes(200_000).toString('hex') });
    const first = await build({ noCache: true });
    const again = await build({ noCache: true });
    const other = await build({ noCache: true, sessionKey: new Secret('session key', randomUUID()) });
    // A newer BuildKit takes the Containerfile each time.
    expect(again.sent.bytes).toBeLessThan(100);
    expect(other.sent.bytes).toBe(first.sent.bytes);
  });

  test('what must never be sent is not sent, even if the Containerfile copies it', async () => {
    await write({
      Containerfile: 'FROM BASE\nCOPY . /\n',
      '.dockerignore': '!.env\n',
      '.env': 'TOKEN=1',
      '.de-build/state': 'x',
      'sub/.env': 'another',
    });
    const image = await build({ neverSend: ['.env', '.de-build'] });
    expect(await builds.engine.images.readFile(image.id, '/.env')).toBeUndefined();
    expect(await builds.engine.images.readFile(image.id, '/.de-build/state')).toBeUndefined();
    expect(await builds.engine.images.readFile(image.id, '/sub/.env')).toEqual(Buffer.from('another'));
    await write({ Containerfile: 'FROM BASE\nCOPY .env /\n' });
    await expect(build({ neverSend: ['.env'] })).rejects.toMatchObject({
      code: 'build-step-failed',
      why: expect.stringContaining('not in the build context'),
    });
  });

  test('a context digest that follows the contents, and a context that cannot be sent', async () => {
    await write({ Containerfile: 'FROM BASE\nCOPY data /\n', 'data/file': 'one' });
    const contextHashesFile = join(builds.folder, 'hashes');
    const digests = [await build({ contextHashesFile }), await build({ contextHashesFile })];
    await write({ 'data/file': 'two' });
    digests.push(await build({ contextHashesFile }));
    const [first, second, third] = digests.map((image) => image.context?.digest);
    expect(first).toMatch(/^sha256:/);
    expect([second, third === first]).toEqual([first, false]);

    await writeFile(Buffer.concat([Buffer.from(join(builds.context, 'data/')), Buffer.from([0xff])]), '');
    await expect(build()).rejects.toMatchObject({ code: 'context-name-not-utf8' });
    await write({ '.dockerignore': 'data/[' });
    await expect(build()).rejects.toMatchObject({ exitCode: expect.any(Number), code: expect.any(String) });
  });
});
