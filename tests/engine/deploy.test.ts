import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOOK_EVERY_MS, runCommand, watchDowntime } from '@de-build/testbed';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type DeployedWorld, startDeployedWorld } from './deployed-world.ts';
import { withPrivateEngines } from './on-each-engine.ts';
import { runCli } from './run-cli.ts';

// The images are made the first time.
jest.setTimeout(1_800_000);

const SITES = ['erp.localhost', 'two.localhost'] as const;
const [FIRST, SECOND] = SITES;

withPrivateEngines('a release on a running project', () => {
  let deployed: DeployedWorld;
  let { engine, site, project, deBuild, release, changeOrders, addOrder, setConfig, imagesOf, containersOf } =
    {} as DeployedWorld;

  beforeAll(async () => {
    deployed = await startDeployedWorld({ sites: SITES });
    ({ engine, site, project, deBuild, release, changeOrders, addOrder, setConfig, imagesOf, containersOf } =
      deployed);
    for (const customer of ['Acme', 'Umbrella']) await addOrder(customer);
  });
  afterAll(() => deployed?.close());

  test('status adopts the project from its labels, and shows what the files would start', async () => {
    const { document } = await deBuild('status');
    expect(document.project).toBe(project.name);
    const services = document.containers.map(({ service }: { service: string }) => service);
    expect(services).toEqual(
      expect.arrayContaining(['backend', 'configurator', 'db', 'frontend', 'scheduler']),
    );
    expect(document.containers.flatMap(({ drift }: { drift: string[] }) => drift)).toEqual([]);
    expect(document.missing).toEqual([]);
  });

  test('a release with a schema change is deployed: the patch ran on both sites, and all services have its image', async () => {
    await changeOrders('priority', { set_priority: 'update `tabSales Order` set priority=1' });
    await release('1.1.0');
    const { document: planned } = await deBuild('deploy', '--dry-run');
    expect(planned.plan.sites.map(({ name, patches }: never) => [name, patches])).toEqual(
      SITES.map((name) => [name, [{ app: 'mini_erp', patch: 'mini_erp.patches.v15_0.set_priority' }]]),
    );
    expect(planned.plan).toMatchObject({
      oneShots: ['configurator', 'create-site'],
      kept: ['db', 'redis-cache', 'redis-queue'],
      workers: ['queue-long', 'queue-short', 'scheduler'],
      frontend: 'frontend',
    });
    const before = await containersOf('db', 'redis-cache', 'redis-queue');

    const { exitCode, document } = await deBuild('deploy');
    expect({ exitCode, state: document.deployment?.state }).toEqual({ exitCode: 0, state: 'done' });
    expect(await project.sql('select distinct priority from `tabSales Order`')).toEqual([[1]]);
    expect(await project.sql('select distinct priority from `tabSales Order`', SECOND)).toEqual([]);
    expect(await imagesOf('backend', 'frontend', 'queue-long', 'scheduler', 'websocket')).toEqual([
      `${site.image}:1.1.0`,
    ]);
    expect(await containersOf('db', 'redis-cache', 'redis-queue')).toEqual(before);
    for (const each of SITES)
      expect(await project.get('/api/method/ping', { site: each })).toMatchObject({ status: 200 });
    for (const { dump } of document.deployment.sites)
      expect((await runCommand('gzip', ['-dc', dump.path])).trimEnd()).toMatch(/-- Dump completed.*$/);
    // Neither the password of a database nor the token is in what is written beside the dump.
    const password = await project.compose(
      'exec',
      '-T',
      'backend',
      'sh',
      '-c',
      `cat sites/${FIRST}/site_config.json`,
    );
    const state = await readFile(
      join(site.folder, '.de-build/deployments', document.deployment.id, 'deployment.json'),
      'utf8',
    );
    expect(state).not.toContain(JSON.parse(password).db_password);
  });

  test('a patch that fails replaces nothing: the databases are as they were, and what ran before serves', async () => {
    await addOrder('Initech');
    const rows = await project.sql('select * from `tabSales Order` order by name');
    await changeOrders('region', {
      break_halfway: [
        "update `tabSales Order` set status='Lost'",
        'create table tabHalf (name int)',
        'select * from tabMissing',
      ].join('; '),
    });
    await release('1.2.0');
    const { exitCode, document } = await deBuild('deploy');
    expect(exitCode).toBe(15);
    expect(document.error).toMatchObject({
      code: 'migration-failed',
      what: expect.stringMatching(
        /mini_erp\.patches\.v15_0\.break_halfway failed on erp\.localhost at apps\/mini_erp\/.*break_halfway\.py:\d+/,
      ),
    });
    expect(await project.sql('select * from `tabSales Order` order by name')).toEqual(rows);
    expect(await project.sql("show tables like 'tabHalf'")).toEqual([]);
    expect(await project.sql("show columns from `tabSales Order` like 'region'")).toEqual([]);
    expect(await imagesOf('backend', 'frontend', 'queue-long', 'scheduler')).toEqual([`${site.image}:1.1.0`]);
    for (const each of SITES)
      expect(await project.get('/api/method/ping', { site: each })).toMatchObject({ status: 200 });
    await addOrder('Hooli');

    const line = 'mini_erp.patches.v15_0.break_halfway';
    const pending = async () =>
      (await deBuild('deploy', '--dry-run')).document.plan.sites.map(({ patches }: never) => patches);
    expect(await pending()).toEqual(SITES.map(() => [{ app: 'mini_erp', patch: line }]));
    expect((await deBuild('migrate', '--skip', line)).document).toEqual({
      as: 'skipped',
      patches: SITES.map((each) => ({ site: each, app: 'mini_erp', patch: line })),
    });
    expect(await pending()).toEqual([[], []]);
    expect(await deBuild('migrate', '--again', line)).toMatchObject({ exitCode: 0 });
    expect(await pending()).toEqual(SITES.map(() => [{ app: 'mini_erp', patch: line }]));
    const unknown = await deBuild('migrate', '--skip', 'mini_erp.patches.v15_0.unknown');
    expect(unknown.document.error).toMatchObject({ code: 'patch-not-found' });
  });

  test('the rollback of a deployment that migrated counts the rows that would be lost, and then takes the database back', async () => {
    const refused = await deBuild('rollback');
    expect(refused.exitCode).toBe(15);
    expect(refused.document.error).toMatchObject({
      code: 'rollback-loses-data',
      why: expect.stringMatching(
        /erp\.localhost were written that would be lost: tabSales Order: 2 created, 0 modified[;.]/,
      ),
    });
    expect(await imagesOf('backend')).toEqual([`${site.image}:1.1.0`]);

    const { exitCode } = await deBuild('rollback', '--yes');
    expect(exitCode).toBe(0);
    expect(await project.sql('select customer from `tabSales Order` order by customer')).toEqual([
      ['Acme'],
      ['Umbrella'],
    ]);
    expect(await project.sql("show columns from `tabSales Order` like 'priority'")).toEqual([]);
    expect(await imagesOf('backend', 'frontend', 'queue-long', 'scheduler')).toEqual([`${site.image}:1.0.0`]);
    for (const each of SITES)
      expect(await project.get('/api/method/ping', { site: each })).toMatchObject({ status: 200 });
    const { document } = await deBuild('history');
    expect(document.entries.map(({ kind, outcome }: never) => [kind, outcome])).toEqual([
      ['deploy', 'done'],
      ['deploy', 'failed'],
      ['skip-patch', 'done'],
      ['repeat-patch', 'done'],
      ['rollback', 'done'],
    ]);
  });

  test('Ctrl-C before the migration undoes what was done', async () => {
    await release('1.3.0', 'drop table if exists tabHalf');
    // A second one would end it at once.
    let isSent = false;
    const run = await runCli(['deploy', '--host', engine.host, '--progress', 'plain'], {
      folder: site.folder,
      environment: engine.dockerCli.env,
      onOutput: (text, child) => {
        if (isSent || !text.includes('Backing up')) return;
        isSent = true;
        child.kill('SIGINT');
      },
    });
    expect(run).toMatchObject({ exitCode: 130, output: expect.stringContaining('What ran before serves.') });
    for (const each of SITES)
      expect(await project.get('/api/method/ping', { site: each })).toMatchObject({ status: 200 });
    const states = await project.compose('ps', '--all', '--format={{.State}}', 'queue-long', 'scheduler');
    expect(states.split('\n')).toEqual(['running', 'running']);
    expect(await imagesOf('backend')).toEqual([`${site.image}:1.0.0`]);
  });

  test('a run that was killed is finished by the next, as it was begun: the whole project goes down and up', async () => {
    const database = await containersOf('db');
    const killed = await runCli(['deploy', '--full', '--host', engine.host, '--progress', 'plain'], {
      folder: site.folder,
      environment: engine.dockerCli.env,
      onOutput: (text, child) => {
        if (text.includes('Backing up')) child.kill('SIGKILL');
      },
    });
    expect(killed.exitCode).not.toBe(0);
    expect((await deBuild('deploy')).document.error).toMatchObject({ code: 'deployment-unfinished' });
    const { exitCode, document } = await deBuild('deploy', '--resume');
    expect({ exitCode, state: document.deployment?.state }).toEqual({ exitCode: 0, state: 'done' });
    expect(await imagesOf('backend', 'frontend', 'queue-long', 'scheduler')).toEqual([`${site.image}:1.3.0`]);
    expect(await containersOf('db')).not.toBe(database);
    for (const each of SITES)
      expect(await project.get('/api/method/ping', { site: each })).toMatchObject({ status: 200 });
  });

  test('a patch of the release that runs is run again, on one site', async () => {
    const line = 'mini_erp.patches.v15_0.for_1_3_0';
    await project.sql('select 1');
    expect(await deBuild('migrate', '--again', line)).toMatchObject({ exitCode: 0 });
    const { exitCode, document } = await deBuild('migrate', '--only', FIRST);
    const stages = document.deployment?.stages.map(({ name }: never) => name);
    expect({ exitCode, stages }).toEqual({ exitCode: 0, stages: ['pause', 'backup', 'migrate', 'gate'] });
    const { document: left } = await deBuild('migrate', '--dry-run');
    expect(left.sites.map(({ name, patches }: never) => [name, patches])).toEqual([
      [FIRST, []],
      [SECOND, [{ app: 'mini_erp', patch: line }]],
    ]);
    expect(await deBuild('migrate')).toMatchObject({ exitCode: 0 });
    const states = await project.compose('ps', '--all', '--format={{.State}}', 'queue-long', 'scheduler');
    expect(states.split('\n')).toEqual(['running', 'running']);
  });

  test('a release with nothing to migrate starts beside what runs: no maintenance mode, no dump, no volume left', async () => {
    await release('1.4.0');
    const watch = watchDowntime({ address: project.address, site: FIRST });
    const { exitCode, document } = await deBuild('deploy');
    const looks = await watch.end();
    const stages = document.deployment?.stages.map(({ name }: never) => name);
    expect({ exitCode, stages }).toEqual({ exitCode: 0, stages: ['start', 'pause', 'swap', 'gate'] });
    expect(await imagesOf('backend', 'frontend', 'queue-long', 'scheduler')).toEqual([`${site.image}:1.4.0`]);
    // The frontend publishes the port: its successor starts when it has ended. Replaced in their turn, all services took 20 s.
    const down = looks.filter(({ why }) => why !== undefined);
    expect(down.length * LOOK_EVERY_MS).toBeLessThan(5000);
    const names = await project.compose('ps', '--format={{.Name}}', 'backend', 'frontend');
    expect(names.split('\n')).toEqual([`${project.name}-backend-1`, `${project.name}-frontend-1`]);
    const { command, env } = engine.dockerCli;
    const left = ['volume', 'ls', '--quiet', '--filter', 'dangling=true'];
    expect(await runCommand(command, left, { environment: { ...process.env, ...env } })).toBe('');
  });

  test('a gate that fails leaves the sites in maintenance mode, until the deployment is finished', async () => {
    await setConfig({
      gates: ['test "$DE_BUILD_SITES" = "erp.localhost two.localhost"', 'echo no orders; exit 3'],
    });
    await release('1.5.0');
    const failed = await deBuild('deploy');
    expect(failed).toMatchObject({
      exitCode: 15,
      document: {
        error: { code: 'deployment-failed', why: expect.stringContaining('`echo no orders; exit 3`') },
      },
    });
    expect(failed.document.error.output).toBe('no orders');
    expect(await project.get('/api/method/ping')).toMatchObject({ status: 503 });
    await setConfig({ gates: ['test "$DE_BUILD_VERSION" = 1.5.0'] });
    expect(await deBuild('deploy', '--resume')).toMatchObject({ exitCode: 0 });
    expect(await project.get('/api/method/ping')).toMatchObject({ status: 200 });
  });

  test('with --on-failure rollback a gate that fails takes the release back', async () => {
    await setConfig({ gates: ['exit 4'] });
    await release('1.6.0', 'create table if not exists tabSix (name int)');
    const { exitCode, document } = await deBuild('deploy', '--on-failure', 'rollback');
    expect({ exitCode, code: document.error?.code }).toEqual({
      exitCode: 15,
      code: 'deployment-rolled-back',
    });
    expect(await imagesOf('backend', 'frontend', 'queue-long', 'scheduler')).toEqual([`${site.image}:1.5.0`]);
    expect(await project.sql("show tables like 'tabSix'")).toEqual([]);
    expect(await project.get('/api/method/ping')).toMatchObject({ status: 200 });
  });
});
