import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PrivateEngine, privateEngineVersions, runCommand, startPrivateEngine } from '@de-build/testbed';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type DeployedWorld, startDeployedWorld } from './deployed-world.ts';
import { withPrivateEngines } from './on-each-engine.ts';
import { runCli } from './run-cli.ts';

// The images are made the first time.
jest.setTimeout(1_800_000);

withPrivateEngines('a project that runs', () => {
  let deployed: DeployedWorld;
  let other: PrivateEngine;
  let { engine, site, project, deBuild, release, changeOrders, addOrder, imagesOf } = {} as DeployedWorld;

  beforeAll(async () => {
    const version = privateEngineVersions().at(-1) ?? 'distribution';
    [deployed, other] = await Promise.all([
      startDeployedWorld({ sites: ['erp.localhost'] }),
      startPrivateEngine({ version }),
    ]);
    ({ engine, site, project, deBuild, release, changeOrders, addOrder, imagesOf } = deployed);
    await addOrder('Acme');
  });
  afterAll(async () => {
    await deployed?.close();
    await other?.stop();
  });

  const docker = (...args: string[]) =>
    runCommand(engine.dockerCli.command, args, { environment: { ...process.env, ...engine.dockerCli.env } });
  const isInitOf = (service: string) =>
    docker('inspect', '--format={{.HostConfig.Init}}', `${project.name}-${service}-1`);
  const plainly = (args: readonly string[]) =>
    runCli([...args, '--host', engine.host], { folder: site.folder, environment: engine.dockerCli.env });

  test('status tells the queues with their workers, the disk, and what was scaled', async () => {
    expect((await deBuild('scale', 'queue-long=2')).document.services).toContainEqual({
      ...{ service: 'queue-long', before: 1, running: 2, recorded: 2 },
    });
    const { document } = await deBuild('status');
    expect(document.queues).toContainEqual({
      ...{ name: 'long', waiting: 0, running: 0, failed: 0, workers: expect.any(Number), busy: 0 },
      services: [{ service: 'queue-long', containers: 2 }],
    });
    expect(document.disk).toMatchObject({
      sites: { freeBytes: expect.any(Number) },
      volumes: expect.arrayContaining([{ name: 'db-data', sizeBytes: expect.any(Number) }]),
    });
    expect(document).toMatchObject({ scale: [], changedFiles: [], problems: [], missing: [] });
    expect(document.containers.flatMap(({ drift }: { drift: string[] }) => drift)).toEqual([]);
  });

  test('logs, shell and compose work on the project, and pass exit codes on', async () => {
    expect(await plainly(['logs', 'backend', '--tail', '1'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('backend-1'),
    });
    const asked = await plainly(['compose', '--', 'exec', '-T', 'backend', 'sh', '-c', 'pwd; exit 7']);
    expect(asked).toMatchObject({ exitCode: 7, stdout: '/home/frappe/frappe-bench\n' });
    expect(await plainly(['shell', 'bakend'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Did you mean backend?'),
    });
    expect(await plainly(['attach', 'backend'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('attach-needs-terminal'),
    });
  });

  test('without the Compose files, and with the image on another engine, a release is deployed over what runs', async () => {
    await changeOrders('priority', { set_priority: 'update `tabSales Order` set priority=1' });
    await release('1.1.0');
    const image = `${site.image}:1.1.0`;
    await copyImage(engine, other, image);
    await docker('rmi', image);
    const files = join(site.folder, 'compose.yaml');
    await rename(files, `${files}.away`);
    const command = await docker('inspect', '--format={{json .Config.Cmd}}', `${project.name}-backend-1`);

    expect((await deBuild('deploy', '--dry-run', '--from', other.host)).document.error).toMatchObject({
      code: 'release-image-elsewhere',
    });
    const { exitCode, document, stderr } = await deBuild('deploy', '--from', other.host);
    expect(stderr).toMatch(/: [\d.]+ MB were copied from .*; \d+ of \d+ layers were there already\./);
    expect({ exitCode, state: document.deployment?.state }).toEqual({ exitCode: 0, state: 'done' });
    expect(document.findings.map(({ id }: { id: string }) => id)).toEqual(['compose-files-elsewhere']);
    expect(await docker('inspect', '--format={{json .Config.Cmd}}', `${project.name}-backend-1`)).toBe(
      command,
    );
    expect((await deBuild('status')).document).toMatchObject({
      problems: [{ id: 'compose-files-elsewhere' }],
      backups: [{ site: 'erp.localhost', count: 1, newest: { cause: 'deployment', siteVersion: '1.0.0' } }],
    });
    await rename(`${files}.away`, files);
    expect(await imagesOf('backend', 'frontend', 'queue-long', 'scheduler', 'websocket')).toEqual([image]);
    expect((await project.compose('ps', '--quiet', 'queue-long')).split('\n')).toHaveLength(2);
    expect(await project.get('/api/method/ping')).toMatchObject({ status: 200 });
    // Its variables are the project's secrets.
    const written = join(site.folder, '.de-build/deployments', document.deployment.id, 'release.json');
    expect(JSON.parse(await readFile(written, 'utf8')).name).toBe(project.name);
    expect(await runCommand('stat', ['--format=%a', written])).toBe('600');
  });

  test('older code does not get over a newer database', async () => {
    const { document } = await deBuild('deploy', '1.0.0', '--dry-run');
    expect(document.error.findings.map(({ id }: { id: string }) => id)).toContain('deploy-older-code');
  });

  test('images of old releases are removed, never those that run or ran before', async () => {
    await release('1.2.0');
    await release('1.3.0');
    const { document } = await deBuild('prune', '--images', '--keep', '1');
    expect(document.removed.map(({ reference }: never) => reference)).toEqual([`${site.image}:1.2.0`]);
    expect(document.kept).toEqual(
      ['1.3.0', '1.1.0', '1.0.0'].map((tag) => ({
        reference: `${site.image}:${tag}`,
        reason: tag === '1.3.0' ? 'env-file' : 'has-containers',
      })),
    );
    expect(await deBuild('restore', '1.2.0')).toMatchObject({ exitCode: 0 });
  });

  test('a rollback to a named release takes two deployments back, with the first dump and an image that was gone', async () => {
    expect(await deBuild('archive', '1.0.0')).toMatchObject({ exitCode: 0 });
    const files = join(site.folder, 'compose.yaml');
    const text = await readFile(files, 'utf8');
    await writeFile(files, text.replace('&customizable_image\n', '&customizable_image\n  init: true\n'));
    const edited = await deBuild('deploy', '1.3.0');
    const ids = edited.document.findings?.map(({ id }: { id: string }) => id);
    expect({ exitCode: edited.exitCode, ids }).toEqual({ exitCode: 0, ids: ['compose-files-changed'] });
    expect(await isInitOf('backend')).toBe('true');
    await addOrder('Umbrella');
    expect((await deBuild('rollback', '0.9.0')).document.error).toMatchObject({ code: 'rollback-not-whole' });
    await project.compose('rm', '--force', 'configurator', 'create-site');
    await docker('rmi', `${site.image}:1.0.0`);
    expect((await deBuild('rollback', '1.0.0')).document.error).toMatchObject({
      code: 'rollback-loses-data',
      why: expect.stringContaining('tabSales Order: 1 created'),
    });
    await docker('rmi', `${site.image}:1.0.0`);
    const { exitCode, document } = await deBuild('rollback', '1.0.0', '--yes');
    expect({ exitCode, bringsBack: document.bringsBack }).toEqual({ exitCode: 0, bringsBack: true });
    expect(await isInitOf('backend')).not.toBe('true');
    expect(await project.sql("show columns from `tabSales Order` like 'priority'")).toEqual([]);
    expect(await project.sql('select customer from `tabSales Order`')).toEqual([['Acme']]);
    expect(await imagesOf('backend', 'frontend', 'queue-long', 'scheduler')).toEqual([`${site.image}:1.0.0`]);
    expect((await project.compose('ps', '--quiet', 'queue-long')).split('\n')).toHaveLength(2);
    expect(await project.get('/api/method/ping')).toMatchObject({ status: 200 });
  });
});

async function copyImage(from: PrivateEngine, to: PrivateEngine, image: string): Promise<void> {
  const run = ({ dockerCli }: PrivateEngine, ...args: string[]) =>
    spawn(dockerCli.command, args, { env: { ...process.env, ...dockerCli.env } });
  const saved = run(from, 'save', image);
  const loaded = run(to, 'load');
  saved.stdout.pipe(loaded.stdin);
  loaded.stdout.resume();
  expect(await once(loaded, 'exit')).toEqual([0, null]);
}
