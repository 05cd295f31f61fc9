import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureRestic, runCommand } from '@de-build/testbed';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type DeployedWorld, startDeployedWorld } from './deployed-world.ts';
import { withPrivateEngines } from './on-each-engine.ts';
import { runCli } from './run-cli.ts';

// The images are made the first time.
jest.setTimeout(1_800_000);

const SITE = 'erp.localhost';
const ORDERS = 'select customer from `tabSales Order` order by customer';

withPrivateEngines('backups of a running project', () => {
  let deployed: DeployedWorld;
  let { engine, site, project, deBuild, release, addOrder } = {} as DeployedWorld;
  let folder: string;
  const run = (...words: readonly string[]) => project.compose('exec', '-T', 'backend', ...words);
  const docker = (...args: readonly string[]) =>
    runCommand(engine.dockerCli.command, args, { environment: { ...process.env, ...engine.dockerCli.env } });
  /** What a rehearsal must leave as it is. */
  const live = async () => ({
    containers: (await docker('ps', '--all', '--no-trunc', '--format={{.ID}} {{.State}}')).split('\n').sort(),
    volumes: await docker('volume', 'ls', '--quiet'),
    networks: await docker('network', 'ls', '--quiet'),
    orders: await project.sql('select * from `tabSales Order` order by name'),
    columns: await project.sql('show columns from `tabSales Order`'),
    config: await run('cat', `sites/${SITE}/site_config.json`),
  });

  beforeAll(async () => {
    deployed = await startDeployedWorld({ sites: [SITE] });
    ({ engine, site, project, deBuild, release, addOrder } = deployed);
    folder = await mkdtemp(join(tmpdir(), 'backups-'));
    await addOrder('Acme');
    await run(
      'sh',
      '-c',
      `cd sites/${SITE} && echo one > public/files/a.txt && echo two > private/files/b.txt`,
    );
    await run('ln', '-s', '/etc/shadow', `sites/${SITE}/public/files/link`);
  });
  afterAll(async () => {
    await deployed?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  test('a backup has the dump, the files without what their links name, and the encryption key, for its owner only', async () => {
    const { exitCode, document } = await deBuild('backup');
    expect(exitCode).toBe(0);
    const { manifest, backup } = document;
    expect(backup.location).toBe(join(site.folder, '.de-build/backups', backup.id));
    expect(manifest).toMatchObject({
      schemaVersion: 1,
      cause: 'backup',
      release: { siteVersion: '1.0.0', reference: `${site.image}:1.0.0` },
      sites: [{ name: SITE, publicFiles: { files: 1 }, privateFiles: { files: 1 } }],
    });
    expect(manifest.apps).toContainEqual({
      name: 'mini_erp',
      version: expect.any(String),
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    const names = await readdir(join(backup.location, SITE));
    expect(names.sort()).toEqual([
      'database.sql.gz',
      'private-files.tar',
      'public-files.tar',
      'site_config.json',
    ]);
    for (const name of names)
      expect((await stat(join(backup.location, SITE, name))).mode & 0o777).toBe(0o600);
    const dump = await runCommand('gzip', ['-dc', join(backup.location, SITE, 'database.sql.gz')]);
    expect(dump).toContain('Acme');
    const tar = await runCommand('tar', ['-tvf', join(backup.location, SITE, 'public-files.tar')]);
    expect(tar).toMatch(/link -> \/etc\/shadow/);
    const config = JSON.parse(await readFile(join(backup.location, SITE, 'site_config.json'), 'utf8'));
    expect(config.encryption_key).toEqual(expect.any(String));
    expect(JSON.stringify(document)).not.toContain(config.db_password);
  });

  test('verify reads it, loads it into a throw-away database, and tells damage', async () => {
    const before = await live();
    const { document } = await deBuild('backup', 'verify', '--restore');
    expect(document).toMatchObject({ isWhole: true, restored: [{ site: SITE }] });
    const counted = await project.sql(
      'select count(*) from information_schema.tables where table_schema = database()',
    );
    expect(document.restored[0].tables).toBe(Number(counted[0]?.[0]));
    expect(document.restored[0].rows).toBeGreaterThan(5);
    expect(await live()).toEqual(before);

    const path = join(document.backup.location, SITE, 'database.sql.gz');
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, -20));
    const damaged = await deBuild('backup', 'verify', document.backup.id);
    expect(damaged).toMatchObject({ exitCode: 15, document: { isWhole: false } });
    expect(damaged.document.files.filter(({ problem }: never) => problem)).toMatchObject([
      { file: `${SITE}/database.sql.gz` },
    ]);
    const refused = await deBuild('backup', 'restore', document.backup.id, '--yes');
    expect(refused.document.error).toMatchObject({ code: 'backup-damaged' });
    expect(await project.get('/api/method/ping')).toMatchObject({ status: 200 });
    await writeFile(path, whole);
  });

  test('a restore says what would be lost, keeps the present state, and puts rows and files back', async () => {
    const { document: listed } = await deBuild('backup', 'list');
    const [{ id }] = listed.backups;
    await addOrder('Umbrella');
    await run('rm', `sites/${SITE}/private/files/b.txt`);
    const refused = await deBuild('backup', 'restore', id);
    expect(refused).toMatchObject({
      exitCode: 15,
      document: {
        error: {
          code: 'restore-loses-data',
          why: expect.stringContaining('tabSales Order: 1 created, 0 modified'),
        },
      },
    });
    const { exitCode, document } = await deBuild('backup', 'restore', id, '--yes', '--files');
    expect(exitCode).toBe(0);
    expect(await project.sql(ORDERS)).toEqual([['Acme']]);
    expect(await run('cat', `sites/${SITE}/private/files/b.txt`)).toBe('two');
    expect(await project.get('/api/method/ping')).toMatchObject({ status: 200 });
    const states = await project.compose('ps', '--all', '--format={{.State}}', 'queue-long', 'scheduler');
    expect(states.split('\n')).toEqual(['running', 'running']);

    await deBuild('backup', 'restore', document.present.id, '--yes');
    expect(await project.sql(ORDERS)).toEqual([['Acme'], ['Umbrella']]);
    const { document: history } = await deBuild('history');
    expect(history.entries.map(({ kind }: never) => kind)).toEqual(['restore', 'restore']);
  });

  test('a rehearsal migrates a copy, names the patch that fails, and touches nothing of the project', async () => {
    await release('1.1.0', 'create table tabNew (name int)');
    const before = await live();
    const passed = await deBuild('deploy', '--rehearse');
    expect(passed).toMatchObject({
      exitCode: 0,
      document: {
        isPassed: true,
        to: { siteVersion: '1.1.0' },
        sites: [{ name: SITE, patches: [{ app: 'mini_erp' }] }],
      },
    });
    expect(passed.document.sites[0].bytesAfter).toBeGreaterThan(passed.document.sites[0].bytesBefore);
    await release('1.2.0', "update `tabSales Order` set status='Lost'; select * from tabMissing");
    const failed = await deBuild('deploy', '--rehearse');
    expect(failed).toMatchObject({ exitCode: 15, document: { isPassed: false } });
    expect(failed.document.sites[0].failure).toMatchObject({
      what: expect.stringMatching(
        /for_1_2_0 failed on erp\.localhost at apps\/mini_erp\/.*for_1_2_0\.py:\d+/,
      ),
    });
    expect(await live()).toEqual(before);
  });

  test('what a killed rehearsal left is removed by the next', async () => {
    const before = await live();
    const killed = await runCli(
      ['deploy', '1.1.0', '--rehearse', '--host', engine.host, '--progress', 'plain'],
      {
        folder: site.folder,
        environment: engine.dockerCli.env,
        onOutput: (text, child) => {
          if (text.includes('Loading')) child.kill('SIGKILL');
        },
      },
    );
    expect(killed.exitCode).not.toBe(0);
    expect((await live()).containers).toHaveLength(before.containers.length + 3);
    expect(await deBuild('deploy', '1.1.0', '--rehearse')).toMatchObject({ exitCode: 0 });
    expect(await live()).toEqual(before);
  });

  test('a restic repository keeps, lists, verifies, prunes and restores them; its password is in no argv or environment', async () => {
    const restic = await ensureRestic();
    const repository = join(folder, 'restic');
    const password = 'planted-restic-password';
    await mkdir(repository);
    await runCommand(join(restic, 'restic'), ['init', '--quiet', '--repo', repository], {
      environment: { ...process.env, RESTIC_PASSWORD: password },
    });
    await site.setEnv('RESTIC_PASSWORD', password);
    const to = `--to=restic:${repository}`;
    const { PATH } = process.env;
    const environment = { ...engine.dockerCli.env, PATH: `${restic}:${engine.dockerCli.env.PATH ?? PATH}` };
    const call = async (...args: readonly string[]) => {
      const ended = await runCli([...args, to, '--json', '--host', engine.host], {
        folder: site.folder,
        environment,
        watchFor: [password],
      });
      expect(ended.processes.leaks).toEqual([]);
      return { ...ended, document: JSON.parse(ended.stdout) };
    };
    const first = await call('backup');
    expect(first).toMatchObject({ exitCode: 0, document: { backup: { siteVersion: '1.0.0' } } });
    const second = await call('backup');
    const { id } = second.document.backup;
    expect((await call('backup', 'verify', id)).document).toMatchObject({ isWhole: true });
    const { document: pruned } = await call('backup', 'prune', '--keep=1');
    const gone = pruned.backups.filter(({ keptAs }: { keptAs: string[] }) => keptAs.length === 0);
    expect(gone.map((one: { backup: { id: string } }) => one.backup.id)).toContain(first.document.backup.id);
    const { document: listed } = await call('backup', 'list');
    const inRestic = listed.backups.filter(({ location }: { location: string }) =>
      location.startsWith('restic:'),
    );
    expect(inRestic.map((one: { id: string }) => one.id)).toEqual([id]);
    await addOrder('Hooli');
    expect(await call('backup', 'restore', id, '--yes')).toMatchObject({ exitCode: 0 });
    expect(await project.sql(ORDERS)).toEqual([['Acme'], ['Umbrella']]);
    expect(await readdir(join(site.folder, '.de-build/backups'))).not.toContainEqual(
      expect.stringMatching(/^\./),
    );
  });

  test('the dump of a deployment is listed, and prune leaves what its rollback needs', async () => {
    await site.setEnv('DE_SITE_VERSION', '1.1.0');
    expect(await deBuild('deploy')).toMatchObject({ exitCode: 0 });
    const { document } = await deBuild('backup', 'prune', '--keep=1', '--dry-run');
    const kept = document.backups.filter(({ keptAs }: { keptAs: string[] }) =>
      keptAs.includes('needed by the rollback'),
    );
    expect(kept).toMatchObject([{ backup: { cause: 'deployment', siteVersion: '1.0.0' } }]);
    await deBuild('backup', 'prune', '--keep=1');
    expect(await deBuild('rollback', '--yes')).toMatchObject({ exitCode: 0 });
    expect(await project.sql(ORDERS)).toEqual([['Acme'], ['Umbrella']]);
    expect((await deBuild('backup', 'list')).document.backups[0]).toMatchObject({
      cause: 'rollback',
      siteVersion: '1.1.0',
    });
  });
});
