import { type EndedCommand, runCommand, waitUntil } from '@de-build/testbed';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type DeployedWorld, startDeployedWorld } from './deployed-world.ts';
import { withPrivateEngines } from './on-each-engine.ts';

// The images are made the first time.
jest.setTimeout(1_800_000);

const SITES = ['erp.localhost', 'two.localhost'] as const;
const [FIRST, SECOND] = SITES;

withPrivateEngines('the example site as a running project', () => {
  let deployed: DeployedWorld;
  let { engine, site, project, release, changeOrders } = {} as DeployedWorld;

  beforeAll(async () => {
    deployed = await startDeployedWorld({ sites: SITES, schedulerTick: 2 });
    ({ engine, site, project, release, changeOrders } = deployed);
  });
  afterAll(() => deployed?.close());

  test('serves a page and its bundle, answers a socket, runs jobs of each queue and those of the scheduler', async () => {
    const page = await project.get('/');
    const [, bundle = ''] =
      /src="(\/assets\/mini_erp\/dist\/js\/erp\.bundle\.[0-9A-F]{8}\.js)"/.exec(page.text) ?? [];
    expect(await project.get(bundle)).toEqual({ status: 200, text: "console.log('mini_erp');\n" });
    const socket = await project.get('/socket.io/?EIO=4&transport=polling');
    expect(socket).toMatchObject({ status: 200, text: expect.stringMatching(/^0\{"sid"/) });

    const body = { customer: 'Acme', total: 12.5 };
    expect(await project.get('/api/resource/Sales%20Order', { body })).toMatchObject({ status: 200 });
    expect(await project.sql('select customer, total from `tabSales Order`')).toEqual([
      ['Acme', '12.500000000'],
    ]);
    expect(await project.sql('select customer from `tabSales Order`', SECOND)).toEqual([]);

    const queues = ['short', 'default', 'long'];
    for (const queue of queues) {
      const asked = await project.get(`/api/method/mini_erp.api.log_later?queue=${queue}`);
      expect(asked).toEqual({ status: 200, text: `{"message": "${queue}"}` });
    }
    await waitUntil('each queue and the scheduler did its work', async () => {
      const rows = await project.get('/api/resource/Work%20Log');
      return [...queues, 'scheduler'].every((source) => rows.text.includes(`"source": "${source}"`));
    });
  });

  test('answers 503 in maintenance, the ping too, and reads where the site allows them', async () => {
    await project.bench('--site', FIRST, 'set-maintenance-mode', 'on');
    expect(await project.get('/api/method/ping')).toMatchObject({
      status: 503,
      text: expect.stringContaining('Updating'),
    });
    expect(await project.get('/api/method/ping', { site: SECOND })).toMatchObject({ status: 200 });
    await project.bench('--site', FIRST, 'set-config', '-p', 'allow_reads_during_maintenance', '1');
    expect(await project.get('/api/method/ping')).toEqual({ status: 200, text: '{"message": "pong"}' });
    expect(await project.get('/api/resource/Sales%20Order', { body: {} })).toMatchObject({ status: 503 });
    await project.bench('--site', FIRST, 'set-maintenance-mode', 'off');
  });

  test('migrates by a one-off container of the next image, beside the old one', async () => {
    await changeOrders('priority', { set_priority: 'update `tabSales Order` set priority=1' });
    await release('1.1.0');
    const { exitCode, output } = await migrate();
    expect({ exitCode, patches: patchesIn(output) }).toEqual({
      exitCode: 0,
      patches: SITES.flatMap((each) => [`${each} mini_erp.patches.v15_0.set_priority`, 'Success']),
    });
    expect(await project.sql('select priority from `tabSales Order`')).toEqual([[1]]);
    expect(await project.compose('ps', '--format={{.Image}}', 'backend')).toBe(`${site.image}:1.0.0`);
    expect(await project.get('/')).toMatchObject({ status: 200 });
    expect(patchesIn((await migrate()).output)).toEqual([]);
  });

  test('is half migrated by a patch that fails, tells which tables it touched, and goes no further', async () => {
    await changeOrders('region', {
      break_halfway: [
        "update `tabSales Order` set status='Lost'",
        'create table tabHalf (name int)',
        'update `tabWork Log` set source=null',
        'select * from tabMissing',
      ].join('; '),
    });
    await release('1.2.0');
    const { exitCode, output } = await migrate();
    expect({ exitCode, patches: patchesIn(output) }).toEqual({
      exitCode: 1,
      patches: [`${FIRST} mini_erp.patches.v15_0.break_halfway`],
    });
    expect(output).toContain('Traceback (most recent call last)');
    expect(output).not.toContain(`Migrating ${SECOND}`);
    // The statement that made a table committed the one before it, and the end of the patch rolled back the one after it.
    expect(await project.sql('select status, region from `tabSales Order`')).toEqual([['Lost', null]]);
    expect(await project.sql('select count(*) from `tabWork Log` where source is null')).toEqual([[0]]);
    expect(await project.sql("show columns from `tabSales Order` like 'region'", SECOND)).toEqual([]);
    const touched = await project.compose(
      'exec',
      '-T',
      'backend',
      'cat',
      `sites/${FIRST}/touched_tables.json`,
    );
    expect(JSON.parse(touched)).toEqual(
      expect.arrayContaining(['tabSales Order', 'tabWork Log', 'tabDocType']),
    );
    expect(JSON.parse(touched)).not.toContain('tabHalf');
    const logged = "select skipped from `tabPatch Log` where patch like '%break_halfway'";
    expect(await project.sql(logged)).toEqual([]);

    expect(await migrate('--site', FIRST, '--skip-failing')).toMatchObject({ exitCode: 0 });
    expect(await project.sql(logged)).toEqual([[1]]);
  });

  test('a restored site is only reached from the container that restored it', async () => {
    const folder = `sites/${FIRST}/private/backups`;
    await project.bench('--site', FIRST, 'backup');
    const [file = ''] = (await project.compose('exec', '-T', 'backend', 'ls', folder))
      .split('\n')
      .filter((name) => name.endsWith('-database.sql.gz'));
    const restored = await project.benchOnce(
      ...['--site', FIRST, 'restore', `${FIRST}/private/backups/${file}`],
      '--db-root-password=only-for-the-example',
    );
    expect(restored).toMatchObject({ exitCode: 0 });
    expect(await project.get('/api/method/ping')).toMatchObject({ status: 500 });
    expect(await project.get('/api/method/ping', { site: SECOND })).toMatchObject({ status: 200 });
  });

  test('goes down without a trace', async () => {
    await project.down();
    const label = `--filter=label=com.docker.compose.project=${project.name}`;
    for (const list of [
      ['ps', '--all'],
      ['network', 'ls'],
      ['volume', 'ls'],
    ]) {
      expect(await docker(...list, '--quiet', label)).toBe('');
    }
  });

  function migrate(...args: readonly string[]): Promise<EndedCommand> {
    const [first = '--site', name = 'all', ...flags] = args;
    return project.benchOnce(first, name, 'migrate', ...flags);
  }

  function docker(...args: readonly string[]): Promise<string> {
    const { command, env } = engine.dockerCli;
    return runCommand(command, args, { environment: { ...process.env, ...env } });
  }
});

/** Site and line of each patch that was started, followed by `Success` if it ended so. */
function patchesIn(output: string): readonly string[] {
  return output.split('\n').flatMap((line) => {
    const [, patch, where] = /^Executing (.*) in (\S+) \(\w+\)$/.exec(line) ?? [];
    return patch !== undefined
      ? [`${where} ${patch}`]
      : line.startsWith('Success: Done in ')
        ? ['Success']
        : [];
  });
}
