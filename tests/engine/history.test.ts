import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildRelease,
  bumpSite,
  connectEngine,
  diffReleases,
  type Engine,
  type ReleaseVerification,
  verifyRelease,
} from '@de-build/core';
import { type ExampleSite, runCommand } from '@de-build/testbed';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { extract } from 'tar-stream';
import { digestFolder, readImageTree } from '../../packages/core/src/audit/image-tree.ts';
import { notePackages, packagesOf } from '../../packages/core/src/audit/packages.ts';
import { createExampleWorld, type ExampleWorld, siteOptions } from './example-world.ts';
import { onEachEngine } from './on-each-engine.ts';
import { runCli } from './run-cli.ts';

let world: ExampleWorld;
beforeAll(async () => {
  world = await createExampleWorld();
});
afterAll(() => world.close());

onEachEngine('recorded releases', (shared) => {
  let engine: Engine;
  let site: ExampleSite;
  let moved: string;
  const docker = (...args: readonly string[]) =>
    runCommand(shared.dockerCli.command, args, { environment: { ...process.env, ...shared.dockerCli.env } });

  /** Two releases; between them one app moved, by a patch. */
  beforeAll(async () => {
    engine = await connectEngine({ environment: {}, host: shared.host });
    site = await world.addSite(shared);
    await buildRelease(siteOptions(site, shared)).result;
    const { mini_erp } = world.apps.apps;
    moved = await mini_erp.commit({
      message: 'Add a patch',
      files: {
        'mini_erp/patches.txt': `mini_erp.patches.p${Date.now()}\n`,
        'mini_erp/new.py': `# ${Date.now()}\n`,
      },
    });
    await bumpSite({ site: site.folder, to: 'patch' });
    await buildRelease(siteOptions(site, shared)).result;
  }, 240_000);
  afterAll(() => engine.close());

  function differing(report: ReleaseVerification): readonly string[] {
    return report.points
      .filter(({ status }) => status === 'differs')
      .map(({ id, subject }) => (subject === undefined ? id : `${id} ${subject}`));
  }

  test('the tree of an image is what a container of it sees', async () => {
    const reference = `${site.image}:1.0.0`;
    const tree = await readImageTree(reference, await engine.images.save(reference));
    const container = (await docker('create', reference, 'never-started')).trim();
    try {
      const seen = await exported(container);
      expect(seen.size).toBeGreaterThan(1000);
      const files = [...tree.entries].filter(([, { kind }]) => kind === 'file');
      // What Docker itself puts into a container.
      const own = new Set(['etc/hostname', 'etc/hosts', 'etc/resolv.conf', '.dockerenv', 'dev/console']);
      const expected = files.filter(([path]) => !own.has(path)).map(([path, { sha256 }]) => [path, sha256]);
      const actual = [...seen].filter(([path]) => !own.has(path)).sort(([a], [b]) => (a < b ? -1 : 1));
      expect(actual).toEqual(expected);
    } finally {
      await docker('rm', '--force', container);
    }
  });

  test('a release records the digests of its files and layers, and a bill of materials', async () => {
    const folder = join(site.folder, 'build-manifests');
    const manifest = JSON.parse(await readFile(join(folder, '1.0.0.json'), 'utf8'));
    const image = await engine.images.inspect(`${site.image}:1.0.0`);
    const tree = await readImageTree('x', await engine.images.save(`${site.image}:1.0.0`), notePackages);
    expect(manifest.image).toMatchObject({ treeDigest: tree.digest, layers: image?.layers });
    for (const app of [manifest.frappe, ...manifest.apps]) {
      expect(app.treeDigest).toBe(digestFolder(tree, `/home/frappe/frappe-bench/apps/${app.name}`));
    }
    const bill = JSON.parse(await readFile(join(folder, '1.0.0.cdx.json'), 'utf8'));
    const { packages } = packagesOf(tree);
    expect(packages.some(({ ecosystem, name }) => ecosystem === 'debian' && name === 'git')).toBe(true);
    expect(bill.components).toHaveLength(packages.length + 1 + manifest.apps.length);
    expect(JSON.stringify(bill)).not.toContain(world.token);
  });

  test('an unchanged release passes', async () => {
    const report = await verifyRelease({ ...siteOptions(site, shared), release: '1.0.0' });
    expect(differing(report)).toEqual([]);
    expect(report.passed).toBe(true);
    expect(report.points.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['files', 'app-files', 'layers']),
    );
  });

  test('two releases are compared with the files that the deployment depends on', async () => {
    const diff = await diffReleases({ ...siteOptions(site, shared), from: '1.0.0', to: '1.0.1' });
    expect(diff.apps).toMatchObject({
      added: [],
      removed: [],
      same: ['frappe', 'mini_hr', 'mini_custom'],
      moved: [
        {
          name: 'mini_erp',
          to: { commit: moved },
          commits: { known: true, ahead: 1, behind: 0, subjects: ['Add a patch'] },
          changedFiles: ['mini_erp/new.py', 'mini_erp/patches.txt'],
        },
      ],
    });
    expect(diff.packages).toMatchObject({ known: true });
    expect(diff.deployment).toMatchObject({
      verdict: 'irreversible-without-backup',
      reasons: [{ app: 'mini_erp', file: 'mini_erp/patches.txt' }],
      unknown: [],
    });
  });

  test('the commands say the same', async () => {
    const folder = site.folder;
    const verified = await runCli(['verify', '1.0.0', '--host', shared.host], { folder });
    expect(verified).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('is as it was recorded') });
    const notes = await runCli(['diff', '1.0.0', '1.0.1', '--format', 'markdown'], { folder });
    expect(notes).toMatchObject({ exitCode: 0, stderr: '' });
    expect(notes.stdout).toContain('## Deployment: cannot be undone without a backup');
    expect(notes.stdout).toMatch(/^### mini\\_erp: 1 commit, .*\n\n(?:\[.*\n\n)?- Add a patch$/m);

    // A tag of the line is newer than the one that apps.json names.
    const before = await runCli(['apps', '--outdated', '--json'], { folder });
    expect(before.exitCode).toBe(10);
    expect(JSON.parse(before.stdout)).toMatchObject({
      outdated: 1,
      apps: [{ name: 'mini_custom', state: 'same', newestTag: 'v15.1.0', hasNewerTag: true }],
    });
    await world.apps.apps.mini_custom.commit({ message: 'Say less', files: { 'README.md': '' } });
    await site.setApps([
      { url: 'example/mini_erp.git', branch: 'version-15' },
      { url: 'example/mini_custom.git', branch: 'version-15' },
    ]);
    const apps = await runCli(['apps', '--outdated', '--json'], { folder, watchFor: [world.token] });
    expect(apps).toMatchObject({ exitCode: 10, stderr: '', processes: { leaks: [] } });
    expect(JSON.parse(apps.stdout)).toMatchObject({
      release: '1.0.1',
      apps: [
        {
          name: 'mini_custom',
          state: 'moved',
          commits: {
            behind: 0,
            subjects: expect.arrayContaining(['Say less', 'Say more', 'Release 15.1.0']),
          },
        },
        { name: 'mini_hr', state: 'removed' },
      ],
    });
    expect(apps.output).not.toContain(world.token);
  });

  test('a tag that was moved to another image is found out, with exit code 7', async () => {
    const reference = `${site.image}:1.0.0`;
    const original = (await engine.images.inspect(reference))?.id ?? '';
    await engine.images.tag(original, `${site.image}:kept`);
    await engine.images.tag(`${site.image}:1.0.1`, reference);
    try {
      const report = await verifyRelease({ ...siteOptions(site, shared), release: '1.0.0' });
      expect(differing(report)).toEqual(
        expect.arrayContaining(['image-id', 'plan', 'layers', 'app mini_erp', 'files', 'app-files mini_erp']),
      );
      expect(differing(report)).not.toContain('app mini_hr');
      const { exitCode, stdout } = await runCli(['verify', '1.0.0', '--skip-files', '--host', shared.host], {
        folder: site.folder,
      });
      expect(exitCode).toBe(7);
      expect(stdout).toContain(original);
    } finally {
      await engine.images.tag(original, reference);
    }
    await engine.images.untag(reference);
    const untagged = await verifyRelease({ ...siteOptions(site, shared), release: '1.0.0', files: false });
    expect(differing(untagged)).toEqual(['tag']);
    await engine.images.tag(original, reference);
  });

  test('an image that is not there cannot be saved, and an abort ends the saving', async () => {
    await expect(engine.images.save(`${site.image}:none`)).rejects.toMatchObject({ exitCode: 5 });
    const controller = new AbortController();
    const saved = await engine.images.save(`${site.image}:1.0.0`, controller.signal);
    const drained = (async () => {
      for await (const _ of saved) controller.abort(new Error('enough'));
    })();
    await expect(drained).rejects.toThrow('enough');
  });

  /** Every regular file of a container that was never started, by `docker export`: path → SHA-256. */
  async function exported(container: string): Promise<ReadonlyMap<string, string>> {
    const child = spawn(shared.dockerCli.command, ['export', container], {
      env: { ...process.env, ...shared.dockerCli.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const hashes = new Map<string, string>();
    const entries = extract();
    child.stdout.pipe(entries);
    for await (const entry of entries) {
      const hash = createHash('sha256');
      for await (const chunk of entry) hash.update(chunk as Buffer);
      const path = entry.header.name.replace(/^\.?\//, '');
      const linked = entry.header.linkname?.replace(/^\.?\//, '') ?? '';
      if (entry.header.type === 'file') hashes.set(path, hash.digest('hex'));
      if (entry.header.type === 'link') hashes.set(path, hashes.get(linked) ?? '');
    }
    if (child.exitCode === null) await once(child, 'exit');
    return hashes;
  }
});
