import {
  type EndedCommand,
  EXAMPLE_BASE_IMAGE,
  EXAMPLE_RUNTIME_IMAGE,
  EXAMPLE_SERVICES_IMAGE,
  type ExampleProject,
  type ExampleSite,
  ensureBaseImages,
  fillExampleApp,
  type PrivateEngine,
  privateEngineVersions,
  runCommand,
  startExampleProject,
  startPrivateEngine,
  waitUntil,
} from '@de-build/testbed';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createExampleWorld, type ExampleWorld } from './example-world.ts';
import { withPrivateEngines } from './on-each-engine.ts';
import { runRelease } from './run-release.ts';

// The images are made the first time.
jest.setTimeout(1_800_000);

const SITES = ['erp.localhost', 'two.localhost'] as const;
const [FIRST, SECOND] = SITES;
const PATCHES = 'mini_erp/patches.txt';
const ORDER = 'mini_erp/mini_erp/doctype/sales_order/sales_order.json';

withPrivateEngines('the example site as a running project', () => {
  let engine: PrivateEngine;
  let world: ExampleWorld;
  let site: ExampleSite;
  let project: ExampleProject;

  beforeAll(async () => {
    const version = privateEngineVersions().at(-1) ?? 'distribution';
    [engine, world] = await Promise.all([startEngine(version), createExampleWorld()]);
    await fillExampleApp(world.apps);
    site = await world.addSite(engine, { dialect: 'layered' });
    await release('1.0.0');
    project = await startExampleProject({ engine, site, sites: SITES, schedulerTick: 2 });
  });
  afterAll(async () => {
    await world?.close();
    await engine?.stop();
  });

  test('play', async () => {
    const fs = await import('node:fs');
    fs.writeFileSync('/work/notes/play.json', JSON.stringify({ folder: site.folder, host: engine.host, address: project.address, cli: engine.dockerCli, name: project.name, app: world.apps.apps.mini_erp.folder }));
    fs.rmSync('/tmp/stop-play', { force: true });
    while (!fs.existsSync('/tmp/stop-play')) {
      if (fs.existsSync('/tmp/play-cmd')) {
        const cmd = JSON.parse(fs.readFileSync('/tmp/play-cmd', 'utf8'));
        fs.rmSync('/tmp/play-cmd');
        let out = 'ok';
        try { if (cmd.change) await changeOrders(cmd.change.field, cmd.change.patches); if (cmd.release) await release(cmd.release); if (cmd.env) await site.setEnv(cmd.env[0], cmd.env[1]); } catch (e) { out = String(e) + JSON.stringify(e); }
        fs.writeFileSync('/tmp/play-out', out);
      }
      await new Promise((r) => setTimeout(r, 200));
    }
    await project.down();
  }, 9_000_000);

  async function release(version: string): Promise<void> {
    await site.setEnv('DE_SITE_VERSION', version);
    await site.commit(`Record the release before ${version}`);
    expect(await runRelease(site, engine)).toMatchObject({ exitCode: 0 });
  }

  /** Adds a field to the doctype, and patches of these SQL statements. */
  async function changeOrders(field: string, patches: Readonly<Record<string, string>>): Promise<void> {
    const { mini_erp } = world.apps.apps;
    const read = (path: string) => runCommand('git', ['--git-dir', mini_erp.folder, 'show', `HEAD:${path}`]);
    const doctype = JSON.parse(await read(ORDER));
    doctype.fields.push({ fieldname: field, fieldtype: field === 'priority' ? 'Int' : 'Data' });
    const lines = Object.keys(patches).map((name) => `mini_erp.patches.v15_0.${name}\n`);
    const files = Object.entries(patches).map(([name, statements]) => [
      `mini_erp/patches/v15_0/${name}.py`,
      `import frappe\n\n\ndef execute():\n    for statement in ${JSON.stringify(statements.split('; '))}:\n        frappe.db.sql(statement)\n`,
    ]);
    await mini_erp.commit({
      files: {
        [ORDER]: JSON.stringify(doctype, undefined, 2),
        [PATCHES]: `${await read(PATCHES)}\n${lines.join('')}`,
        ...Object.fromEntries(files),
      },
    });
  }

  // @ts-ignore
  function migrate(...args: readonly string[]): Promise<EndedCommand> {
    const [first = '--site', name = 'all', ...flags] = args;
    return project.benchOnce(first, name, 'migrate', ...flags);
  }

  function docker(...args: readonly string[]): Promise<string> {
    const { command, env } = engine.dockerCli;
    return runCommand(command, args, { environment: { ...process.env, ...env } });
  }
});

async function startEngine(version: PrivateEngine['version']): Promise<PrivateEngine> {
  const engine = await startPrivateEngine({ version, hasNetworks: true });
  await ensureBaseImages(engine.host, [EXAMPLE_BASE_IMAGE, EXAMPLE_RUNTIME_IMAGE, EXAMPLE_SERVICES_IMAGE]);
  return engine;
}

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
