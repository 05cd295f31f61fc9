import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createExampleApps,
  createExampleSite,
  type ExampleApps,
  type ExampleDialect,
  type ExampleSite,
  type GitServer,
  runCommand,
  type SharedEngine,
  startGitServer,
} from '@de-build/testbed';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { onEachEngine, onOneEngine } from './on-each-engine.ts';

const TOKEN = 'example-token-0123456789';
const LABEL = `de-build-test=${randomUUID()}`;
const BENCH = '/home/frappe/frappe-bench';
const DIALECTS: readonly ExampleDialect[] = ['cache-bust', 'secret', 'build-arg'];

let folder: string;
let apps: ExampleApps;
let server: GitServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'de-build-example-'));
  apps = await createExampleApps(join(folder, 'git'));
  server = await startGitServer({
    folder: join(folder, 'git'),
    users: [{ token: TOKEN }],
    publicRepositories: ['frappe/frappe'],
  });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

onEachEngine('the example site', (engine) => {
  afterAll(async () => {
    const ids = await docker(engine, ['image', 'ls', '--quiet', '--no-trunc', `--filter=label=${LABEL}`]);
    const images = [...new Set(ids.split('\n').filter((id) => id !== ''))];
    if (images.length > 0) await docker(engine, ['image', 'rm', '--force', ...images]);
  });

  test.each(DIALECTS)('the %s Containerfile installs every app at its commit', async (dialect) => {
    const site = await layOut(engine, dialect);
    const image = await build(engine, site);
    const installed = JSON.parse(await readFromImage(engine, image, `${BENCH}/sites/apps.json`));
    const { mini_erp, mini_hr, mini_custom } = apps.apps;
    const annotated = await tagObject(mini_custom.folder, 'v15.0.0');
    expect(installed).toMatchObject({
      frappe: { resolution: { commit_hash: await apps.frappe.resolve('version-15'), branch: 'version-15' } },
      mini_erp: { resolution: { commit_hash: await mini_erp.resolve('version-15') }, version: '15.1.0' },
      mini_hr: { resolution: { commit_hash: await mini_hr.resolve('v15.1.0') }, version: '15.1.0' },
      // bench records the tag object of an annotated tag, not its commit.
      mini_custom: { resolution: { commit_hash: annotated, branch: 'v15.0.0' }, version: '15.0.0' },
    });
    expect(annotated).not.toBe(await mini_custom.resolve('v15.0.0'));
    const log = await readFromImage(engine, image, `${BENCH}/logs/bench.log`);
    expect(log).toContain(`git clone http://${TOKEN}@127.0.0.1:${server.port}/example/mini_erp.git --branch`);
  });
});

onOneEngine('the bench of the example site', (engine) => {
  test.each([
    [
      'a frappe entry',
      [{ url: 'frappe/frappe', branch: 'version-15' }],
      'already exists. Do you want to continue',
    ],
    [
      'a branch that is not there',
      [{ url: 'example/mini_erp.git', branch: 'nope' }],
      'Remote branch nope not found',
    ],
    [
      'a commit as branch',
      [{ url: 'example/mini_erp.git', branch: '0'.repeat(40) }],
      'returned non-zero exit status 128',
    ],
    ['no org in the path', [{ url: 'mini_erp.git' }], 'ValueError: not enough values to unpack'],
  ])('fails on %s as bench does', async (_what, entries, said) => {
    const site = await layOut(engine, 'cache-bust');
    await site.setApps(entries);
    await expect(build(engine, site)).rejects.toThrow(said);
  });

  test('prints the message of pip when an app requires another Python', async () => {
    const site = await layOut(engine, 'cache-bust');
    await site.setEnv('PYTHON_VERSION', '3.9.2');
    await expect(build(engine, site)).rejects.toThrow(
      "ERROR: Package 'frappe' requires a different Python: 3.9.2 not in '>=3.10'",
    );
  });
});

function layOut(engine: SharedEngine, dialect: ExampleDialect): Promise<ExampleSite> {
  return createExampleSite({
    folder: join(folder, `site-${engine.version}-${randomUUID()}`),
    gitUrl: server.url,
    token: TOKEN,
    dialect,
  });
}

/** Builds as a person without de-build would; gives the image's id. */
async function build(engine: SharedEngine, site: ExampleSite): Promise<string> {
  const filled = (await readFile(join(site.folder, 'apps.json'), 'utf8')).replaceAll(
    /\$\{PAT_DESIRED_EFFECT\}/g,
    TOKEN,
  );
  const secret = join(folder, `${randomUUID()}.json`);
  await writeFile(secret, filled);
  const values = await readFile(join(site.folder, '.env'), 'utf8');
  const buildArgs = ['FRAPPE_PATH', 'FRAPPE_BRANCH', 'PYTHON_VERSION', 'NODE_VERSION'].map(
    (name) => `--build-arg=${new RegExp(`^${name}=.*$`, 'm').exec(values)?.[0]}`,
  );
  const iidFile = `${secret}.id`;
  await docker(engine, [
    'build',
    '--network=host',
    '--no-cache',
    `--file=${join(site.folder, site.containerfile)}`,
    `--label=${LABEL}`,
    `--iidfile=${iidFile}`,
    ...buildArgs,
    ...(site.dialect === 'build-arg'
      ? [`--build-arg=APPS_JSON_BASE64=${Buffer.from(filled).toString('base64')}`]
      : [`--secret=id=apps_json,src=${secret}`]),
    '--progress=plain',
    site.folder,
  ]);
  return (await readFile(iidFile, 'utf8')).trim();
}

async function readFromImage(engine: SharedEngine, image: string, path: string): Promise<string> {
  const container = await docker(engine, ['create', `--label=${LABEL}`, image]);
  try {
    const copy = join(folder, randomUUID());
    await docker(engine, ['cp', `${container}:${path}`, copy]);
    return await readFile(copy, 'utf8');
  } finally {
    await docker(engine, ['rm', '--volumes', container]);
  }
}

function tagObject(repository: string, tag: string): Promise<string> {
  return runCommand('git', ['--git-dir', repository, 'rev-parse', `refs/tags/${tag}`]);
}

function docker(engine: SharedEngine, args: readonly string[]): Promise<string> {
  return runCommand(engine.dockerCli.command, args, {
    environment: { ...process.env, ...engine.dockerCli.env },
  });
}
