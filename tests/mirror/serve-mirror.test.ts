import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { Agent, request as ask, createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { defaultMirrorPort, serveMirror } from '../../packages/core/src/git/mirror/serve-mirror.ts';
import { Secret } from '../../packages/core/src/secrets/secret.ts';
import { createAppRepository } from '../../packages/testbed/src/git-repository.ts';
import { failureOf, git, type MirrorWorld, makeMirrorWorld, siteKey } from './mirror-world.ts';

jest.setTimeout(60_000);

let world: MirrorWorld;
beforeEach(async () => {
  world = await makeMirrorWorld();
});
afterEach(() => world.remove());

let clones = 0;
/** Clones as bench does, with more options; gives the folder. */
async function clone(url: string, options: readonly string[] = []): Promise<string> {
  clones += 1;
  const folder = join(world.folder, `clone-${clones}`);
  await git(['clone', '--quiet', ...options, '--origin', 'upstream', '--', url, folder]);
  return folder;
}
const inside = (folder: string, ...args: string[]): Promise<string> => git(['-C', folder, ...args]);

describe('a clone', () => {
  test.each([
    ['as bench makes it', ['--branch', 'version-15', '--depth', '1']],
    ['with its history', ['--branch', 'version-15']],
    ['of what HEAD names', []],
    ['by the old protocol', ['-c', 'protocol.version=0', '--branch', 'version-15']],
  ])('%s gets the pinned commit, although upstream has moved and gone', async (_what, options) => {
    await world.app.commit({ files: { 'a.txt': 'pinned' } });
    const app = await world.resolve();
    const mirror = world.openMirror();
    const source = await mirror.fetch(app);
    await world.app.commit({ files: { 'a.txt': 'moved on' } });
    await world.server.close();
    await world.serve(mirror, [source], async (served) => {
      const folder = await clone(served.urlOf(source), options);
      expect(await inside(folder, 'rev-parse', 'HEAD')).toBe(app.commit);
      expect(await inside(folder, 'rev-parse', 'version-15')).toBe(app.commit);
      expect(await inside(folder, 'status', '--short', '--branch')).toBe(
        '## version-15...upstream/version-15',
      );
      expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('pinned');
      expect(await inside(folder, 'fsck', '--strict')).toBe('');
      expect(served.stats).toMatchObject({
        requests: options.includes('protocol.version=0') ? 2 : 3,
        refused: 0,
      });
    });
  });

  test.each([
    ['light', false],
    ['annotated', true],
  ])('of a %s tag gets what upstream would give', async (_what, annotated) => {
    await world.app.tag('v15.0.0', { annotated });
    const app = await world.resolve('v15.0.0');
    const mirror = world.openMirror();
    const source = await mirror.fetch(app);
    const fromUpstream = await clone(app.url, ['--branch', 'v15.0.0', '--depth', '1']);
    await world.serve(mirror, [source], async (served) => {
      const folder = await clone(served.urlOf(source), ['--branch', 'v15.0.0', '--depth', '1']);
      for (const name of ['v15.0.0', 'HEAD', 'v15.0.0^{commit}'])
        expect(await inside(folder, 'rev-parse', name)).toBe(await inside(fromUpstream, 'rev-parse', name));
      expect(await inside(folder, 'rev-parse', 'v15.0.0')).toBe(app.tagObject ?? app.commit);
      expect(await inside(folder, 'describe', '--always')).toBe(
        await inside(fromUpstream, 'describe', '--always'),
      );
    });
  });

  test('of each of two commits of one repository gets its own', async () => {
    const mirror = world.openMirror();
    const first = await mirror.fetch(await world.resolve());
    await world.app.commit({ files: { 'a.txt': 'second' } });
    const second = await mirror.fetch(await world.resolve());
    await world.serve(mirror, [first, second], async (served) => {
      for (const source of [first, second]) {
        const folder = await clone(served.urlOf(source), ['--branch', 'version-15']);
        expect(await inside(folder, 'rev-parse', 'HEAD')).toBe(source.commit);
        expect(await inside(folder, 'for-each-ref', '--format=%(objectname)')).not.toMatch(
          source === first ? second.commit : first.commit,
        );
      }
    });
  });

  test('shows the names of this build alone, whatever else the commit was pinned as', async () => {
    const mirror = world.openMirror();
    await world.app.tag('v15.0.0', { annotated: true });
    await mirror.fetch(await world.resolve('v15.0.0'));
    const source = await mirror.fetch(await world.resolve());
    await world.serve(mirror, [source], async (served) => {
      const refs = await git(['ls-remote', served.urlOf(source)]);
      // git names the HEAD of a namespace twice.
      expect([...new Set(refs.split('\n'))]).toEqual([
        `${source.commit}\tHEAD`,
        `${source.commit}\trefs/heads/version-15`,
      ]);
    });
  });

  test("keeps the repository's own name, dots, groups and ending included", async () => {
    const upstream = join(world.folder, 'upstream');
    const mirror = world.openMirror();
    for (const [name, ending] of [
      ['group/sub/my.app', '.git'],
      ['acme/warehouse', '/'],
    ] as const) {
      if (name !== 'acme/warehouse')
        await createAppRepository(upstream, { name, defaultBranch: 'version-15' });
      const commit = await git(['--git-dir', join(upstream, `${name}.git`), 'rev-parse', 'HEAD']);
      const url = `${world.server.url}/${name}${ending}`;
      const source = await mirror.fetch({ url, ref: 'version-15', kind: 'branch', commit });
      await world.serve(mirror, [source], async (served) => {
        const path = `/${siteKey.reveal()}/${commit}/${name}${ending === '/' ? '' : ending}`;
        expect(served.urlOf(source)).toBe(`http://127.0.0.1:${served.port}${path}`);
        await clone(served.urlOf(source));
        await clone(`http://127.0.0.1:${served.port}${path.replace(/\.git$/, '')}.git`);
      });
    }
  });

  test("of two hosts' repositories of one name and commit gets each its own", async () => {
    const mirror = world.openMirror();
    const app = await world.resolve();
    const one = await mirror.fetch(app);
    await git(['--git-dir', world.app.folder, 'update-ref', 'refs/heads/fork', app.commit]);
    const other = await mirror.fetch({ ...app, url: app.url.replace('127.0.0.1', 'localhost'), ref: 'fork' });
    await world.serve(mirror, [one, other], async (served) => {
      expect(served.urlOf(one)).not.toBe(served.urlOf(other));
      expect(served.urlOf(other)).toMatch(/\/acme\/warehouse$/);
      await clone(served.urlOf(one), ['--branch', 'version-15']);
      await clone(served.urlOf(other), ['--branch', 'fork']);
    });
  });

  test('twenty at once', async () => {
    const mirror = world.openMirror();
    const source = await mirror.fetch(await world.resolve());
    await world.serve(mirror, [source], async (served) => {
      const folders = await Promise.all(
        Array.from({ length: 20 }, () =>
          clone(served.urlOf(source), ['--branch', 'version-15', '--depth', '1']),
        ),
      );
      const commits = await Promise.all(folders.map((folder) => inside(folder, 'rev-parse', 'HEAD')));
      expect(new Set(commits)).toEqual(new Set([source.commit]));
    });
  });
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

function send(port: number, path: string, method = 'GET', body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = ask({ host: '127.0.0.1', port, path, method, agent: new Agent() });
    request.on('error', reject);
    request.on('response', (response: IncomingMessage) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
      });
      response.on('end', () => {
        const { date, ...headers } = response.headers;
        expect(date).toBeDefined();
        resolve({ status: response.statusCode ?? 0, headers, body: text });
      });
    });
    request.end(body);
  });
}

describe('whoever asks for something else', () => {
  const QUERY = 'info/refs?service=git-upload-pack';
  const OTHER = 'f'.repeat(40);
  const REQUESTS: readonly [what: string, method: string, change: (path: string) => string][] = [
    ['a wrong key', 'GET', (path: string) => path.replace(siteKey.reveal(), 'f'.repeat(32))],
    ['no key', 'GET', (path: string) => path.replace(siteKey.reveal(), '')],
    ['a key that is the beginning', 'GET', (path: string) => path.replace(siteKey.reveal(), '0123')],
    ['an unknown commit', 'GET', (path: string) => path.replace(/[0-9a-f]{40}/, OTHER)],
    ['another repository', 'GET', (path: string) => path.replace('warehouse', 'other')],
    ['a way out', 'GET', (path: string) => path.replace('acme', '..%2f..')],
    ['dots', 'GET', (path: string) => path.replace('acme', '../..')],
    ['the root', 'GET', () => '/'],
    ['nothing in a line', 'GET', () => '//'],
    ['a push', 'GET', (path: string) => path.replace('git-upload-pack', 'git-receive-pack')],
    ["a push's pack", 'POST', (path: string) => path.replace(QUERY, 'git-receive-pack')],
    ['a file of the repository', 'GET', (path: string) => path.replace(QUERY, 'HEAD')],
    ['its configuration', 'GET', (path: string) => path.replace(QUERY, 'config')],
    ['plain refs', 'GET', (path: string) => path.replace(/\?.*/, '')],
    ['another method', 'POST', (path: string) => path],
    ['a look', 'HEAD', (path: string) => path],
    ['a GET of the pack', 'GET', (path: string) => path.replace(QUERY, 'git-upload-pack')],
    ['a longer query', 'GET', (path: string) => `${path}&x=1`],
  ];

  test('learns nothing, and always in the same words', async () => {
    const mirror = world.openMirror();
    const source = await mirror.fetch(await world.resolve());
    await world.serve(mirror, [source], async (served) => {
      const path = `${new URL(served.urlOf(source)).pathname}/${QUERY}`;
      expect((await send(served.port, path)).status).toBe(200);
      const answers: Record<string, Answer> = {};
      for (const [what, method, change] of REQUESTS)
        answers[what] = await send(served.port, change(path), method);
      const nothing = { status: 404, headers: { connection: 'close', 'content-length': '0' }, body: '' };
      expect(answers).toEqual(Object.fromEntries(REQUESTS.map(([what]) => [what, nothing])));
      expect(served.stats.refused).toBe(REQUESTS.length);
    });
  });

  test('a commit of the mirror that is not of this build is not there', async () => {
    const mirror = world.openMirror();
    const old = await mirror.fetch(await world.resolve());
    await world.app.commit({ files: { 'a.txt': 'second' } });
    const source = await mirror.fetch(await world.resolve());
    await world.serve(mirror, [source], async (served) => {
      const url = served.urlOf(source).replace(source.commit, old.commit);
      await expect(clone(url)).rejects.toThrow('not found');
      expect(() => served.urlOf(old)).toThrow('is not served');
    });
  });

  test('a push is refused, and changes nothing', async () => {
    const mirror = world.openMirror();
    const source = await mirror.fetch(await world.resolve());
    await world.serve(mirror, [source], async (served) => {
      const folder = await clone(served.urlOf(source));
      await expect(inside(folder, 'push', 'upstream', 'HEAD:refs/heads/new')).rejects.toThrow('not found');
    });
    expect(await git(['--git-dir', source.repository, 'for-each-ref'])).not.toContain('new');
  });

  test('only this machine is listened to', async () => {
    const mirror = world.openMirror();
    const served = await serveMirror(mirror, { siteKey, sources: [] });
    const sockets = readFileSync('/proc/net/tcp', 'utf8').toUpperCase();
    const port = served.port.toString(16).toUpperCase().padStart(4, '0');
    expect(sockets).toContain(` 0100007F:${port} 00000000:0000 0A`);
    expect(sockets).not.toContain(` 00000000:${port} 00000000:0000 0A`);
    await served.close();
  });
});

describe('the port', () => {
  test("is the site's own, every time", async () => {
    const mirror = world.openMirror();
    for (let round = 0; round < 2; round += 1) {
      const served = await serveMirror(mirror, { siteKey, sources: [] });
      expect(served.port).toBe(defaultMirrorPort(siteKey));
      expect(served.isDefaultPort).toBe(true);
      await served.close();
    }
    const next = (Number.parseInt(siteKey.reveal().slice(0, 8), 16) + 1) % 2 ** 32;
    const other = new Secret('the site key', next.toString(16).padStart(8, '0').padEnd(32, '0'));
    expect(defaultMirrorPort(other)).not.toBe(defaultMirrorPort(siteKey));
  });

  test('that is taken is replaced by a free one, and that is told', async () => {
    const mirror = world.openMirror();
    const source = await mirror.fetch(await world.resolve());
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const { port } = squatter.address() as AddressInfo;
    const served = await serveMirror(mirror, { siteKey, sources: [source], port });
    expect(served.isDefaultPort).toBe(false);
    expect(served.port).not.toBe(port);
    await clone(served.urlOf(source));
    await served.close();
    await new Promise((resolve) => squatter.close(resolve));
  });
});

test('a git without http-backend is told before the build', async () => {
  const bin = join(world.folder, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'git'), '#!/bin/sh\necho /nonexistent\n', { mode: 0o755 });
  const mirror = world.openMirror({ environment: { PATH: `${bin}:/usr/bin:/bin` } });
  expect((await failureOf(serveMirror(mirror, { siteKey, sources: [] }))).code).toBe(
    'mirror-backend-missing',
  );
});

/** Processes of git that run in a namespace of ours. */
async function backendsOf(namespace: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`GIT_NAMESPACE=${namespace}`);
    } catch {
      return false;
    }
  });
}

/** Asks for a pack as git does, by version 2 of its protocol. */
function askForPack(port: number, url: string, commit: string): Promise<IncomingMessage> {
  const line = (text: string): string => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`;
  const body = `${line('command=fetch')}0001${line(`want ${commit}\n`)}${line('done\n')}0000`;
  const headers = { 'content-type': 'application/x-git-upload-pack-request', 'git-protocol': 'version=2' };
  const path = `${new URL(url).pathname}/git-upload-pack`;
  return new Promise((resolve) => {
    const request = ask({ host: '127.0.0.1', port, path, method: 'POST', headers });
    request.on('error', () => undefined);
    request.on('response', resolve);
    request.end(body);
  });
}

describe('a large repository', () => {
  const SIZE = 50 * 1024 * 1024;
  async function fetchLarge(size = SIZE) {
    // Bytes that cannot be compressed, so that the pack is as large.
    await writeFile(join(world.folder, 'large.bin'), randomBytes(size));
    const own = ['--git-dir', world.app.folder];
    const blob = await git([
      ...own,
      '-c',
      'core.compression=0',
      'hash-object',
      '-w',
      join(world.folder, 'large.bin'),
    ]);
    const index = { GIT_INDEX_FILE: join(world.folder, 'index') };
    await git([...own, 'update-index', '--add', '--cacheinfo', `100644,${blob},large.bin`], index);
    const tree = await git([...own, 'write-tree'], index);
    const person = ['-c', 'user.name=A', '-c', 'user.email=a@example.invalid'];
    const commit = await git([...own, ...person, 'commit-tree', tree, '-m', 'Large']);
    await git([...own, 'update-ref', 'refs/heads/version-15', commit]);
    const mirror = world.openMirror();
    return { mirror, source: await mirror.fetch(await world.resolve()) };
  }

  test('streams: memory does not grow with it, and a slow reader slows git down', async () => {
    const { mirror, source } = await fetchLarge();
    await world.serve(mirror, [source], async (served) => {
      const before = process.memoryUsage.rss();
      let largest = 0;
      let received = 0;
      const response = await askForPack(served.port, served.urlOf(source), source.commit);
      // Nothing is read for a while: git must be held up, not its pack collected in our memory.
      await sleep(700);
      expect(served.stats.bytesSent).toBeLessThan(8 * 1024 * 1024);
      for await (const data of response) {
        received += (data as Buffer).length;
        largest = Math.max(largest, process.memoryUsage.rss());
      }
      expect(received).toBeGreaterThan(SIZE);
      expect(received).toBe(served.stats.bytesSent);
      expect(largest - before).toBeLessThan(40 * 1024 * 1024);
    });
  });

  test('whose client goes away, or whose server is closed, leaves no git behind', async () => {
    const { mirror, source } = await fetchLarge(16 * 1024 * 1024);
    for (const way of ['client', 'server']) {
      await world.serve(mirror, [source], async (served) => {
        const response = await askForPack(served.port, served.urlOf(source), source.commit);
        response.on('error', () => undefined);
        await sleep(100);
        expect((await backendsOf(source.commit)).length).toBeGreaterThan(0);
        if (way === 'client') response.destroy();
        else await served.close();
        for (let tries = 0; tries < 50 && (await backendsOf(source.commit)).length > 0; tries += 1)
          await sleep(20);
        expect(await backendsOf(source.commit)).toEqual([]);
      });
    }
  });
});
