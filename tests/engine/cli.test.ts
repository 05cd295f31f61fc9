import { type ChildProcess, execFile } from 'node:child_process';
import { appendFile, chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type FlowEvent, readRecords } from '@de-build/core';
import { type ExampleSite, requestEngine, type SharedEngine } from '@de-build/testbed';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { schemaOf } from '../../packages/cli/src/schema-of.fixture.ts';
import { createExampleWorld, type ExampleWorld } from './example-world.ts';
import { onEachEngine } from './on-each-engine.ts';
import { type CliOptions, type CliRun, DE_BUILD, runCli } from './run-cli.ts';
import { elementsOf } from './xml-elements.ts';

const BUNDLE = join(import.meta.dirname, '../../packages/cli/dist/bundle');

let world: ExampleWorld;
beforeAll(async () => {
  world = await createExampleWorld();
});
afterAll(() => world.close());

test('the help loads nothing of core', async () => {
  const file = (name: string) => readFile(join(BUNDLE, name), 'utf8');
  const main = await file('main.cjs');
  const atOnce = [...main.matchAll(/=require\("\.\/([^"]+)"\)/g)].map(([, name = '']) => name);
  const others = (await readdir(BUNDLE)).filter((name) => /\.cjs$/.test(name) && !atOnce.includes(name));
  const loaded = (await Promise.all(['main.cjs', ...atOnce].map(file))).join('');
  const later = (await Promise.all(others.map(file))).join('');
  expect(atOnce).toContain('secrets.cjs');
  expect(loaded).toContain('Releases a self-hosted');
  // Words of core's texts, which no minifier changes.
  for (const word of ['site-version-missing', 'engine-unreachable', '/images/json']) {
    expect(loaded).not.toContain(word);
    expect(later).toContain(word);
  }
  expect(loaded.length).toBeLessThan(250_000);
});

/** Without a Node that has a compile cache, too: it says where it would be. */
const PRELOAD =
  "require('node:module').enableCompileCache = (folder) => process.stderr.write(folder);" +
  "require('node:module').getCompileCacheDir = () => undefined;";

test.each([
  { caches: 0o700, used: '/de-build' },
  { caches: 0o755, used: '/de-build' },
  // Anyone could plant code there.
  { caches: 0o777, used: undefined },
  { caches: 0o775, used: undefined },
  { caches: undefined, used: undefined },
])("Node's compile cache in a folder of mode $caches", async ({ caches, used }) => {
  const folder = await mkdtemp(join(tmpdir(), 'de-build-caches-'));
  const preload = join(folder, 'preload.cjs');
  await writeFile(preload, PRELOAD);
  const home = join(folder, 'caches');
  if (caches !== undefined) {
    await mkdir(home);
    await chmod(home, caches);
  }
  const environment = { XDG_CACHE_HOME: home, NODE_OPTIONS: `--require=${preload}` };
  const { exitCode, stderr } = await runCli(['completion', 'bash'], { folder, environment });
  expect([exitCode, stderr]).toEqual([0, used === undefined ? '' : home + used]);
  if (used !== undefined) expect((await stat(home + used)).mode & 0o777).toBe(0o700);
  await rm(folder, { recursive: true });
});

test.each([
  { question: '--help', columns: 80 },
  { question: '--help', columns: 100 },
  { question: '--help', columns: 160 },
  { question: '--help', columns: 61 },
  { question: '--version', columns: 80 },
])('$question at $columns columns is what the command writes when it is not prepared', async (asked) => {
  const { question, columns } = asked;
  const options = { folder: '/', ...(columns === 80 ? {} : { terminal: { columns, rows: 40 } }) };
  const [prepared, written] = await Promise.all([
    runCli([question], options),
    // Nothing is prepared for a question that comes twice.
    runCli([question, question], options),
  ]);
  expect(prepared).toMatchObject({ exitCode: 0, output: written.output });
  expect(prepared.output).toMatch(question === '--help' ? /^Usage: de-build / : /^\d+\.\d+\.\d+/);
});

onEachEngine('the command', (engine) => {
  function deBuild(site: ExampleSite, line: string, options: Partial<CliOptions> = {}) {
    const { environment, ...rest } = options;
    return runCli(line === '' ? [] : line.split(' '), {
      folder: site.folder,
      environment: { DOCKER_HOST: engine.host, ...environment },
      ...rest,
    });
  }

  /** `folder: …` holds for the test's own files: what a person can see of the site. */
  async function stateOf(site: ExampleSite) {
    const files = (await readdir(site.folder, { recursive: true })).filter(
      (file) => !file.startsWith('.git/'),
    );
    return {
      files: files.sort(),
      env: await readFile(join(site.folder, '.env'), 'utf8'),
      tags: await tagsOf(site, engine),
      containers: await containersOf(site, engine),
    };
  }

  const expectClean = ({ output }: CliRun) => {
    expect(output).not.toContain(world.token);
    expect(output).not.toMatch(/^ {4}at /m);
  };

  describe('a release', () => {
    let site: ExampleSite;
    beforeAll(async () => {
      site = await world.addSite(engine);
    });

    test('--dry-run shows the plan and changes nothing', async () => {
      const before = await stateOf(site);
      const run = await deBuild(site, '--dry-run');
      expectClean(run);
      expect(run).toMatchObject({ exitCode: 0, stderr: '' });
      const commit = await world.apps.apps.mini_hr.resolve('v15.1.0');
      expect(run.stdout).toContain(commit.slice(0, 12));
      expect(await stateOf(site)).toEqual(before);

      const json = await deBuild(site, 'build -n --json');
      expect(JSON.parse(json.stdout)).toMatchObject({ plan: { siteVersion: '1.0.0' } });
      expect(json.stderr).toContain('==> Checking');
      const events = await deBuild(site, 'build -n --progress json');
      const last = JSON.parse(events.stdout.trim().split('\n').at(-1) ?? '');
      expect(last).toMatchObject({ type: 'planned' });
      expect(await stateOf(site)).toEqual(before);
    });

    test('--progress plain writes lines without a control character', async () => {
      const run = await deBuild(site, '--progress plain');
      expectClean(run);
      expect(run).toMatchObject({ exitCode: 0, stderr: '' });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(run.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
      expect(run.stdout).toContain('bench init');
      expect(run.stdout.trim().split('\n').at(-1)).not.toBe('');
      const state = await stateOf(site);
      expect(state.tags).toEqual(['1.0.0']);
      expect(state.containers).toEqual([]);
      expect(state.files).toContain('build-manifests/1.0.0.json');
      expect((await readRecords({ site: site.folder })).manifests).toHaveLength(1);
    });

    test('bump --dry-run says what bump does then', async () => {
      const before = await stateOf(site);
      const dry = await deBuild(site, 'bump minor --dry-run --json');
      expect(dry).toMatchObject({ exitCode: 0, stderr: '' });
      expect(JSON.parse(dry.stdout)).toMatchObject({ from: '1.0.0', to: '1.1.0', key: 'DE_SITE_VERSION' });
      expect(await stateOf(site)).toEqual(before);

      const run = await deBuild(site, 'bump minor');
      expect(run.stdout).toBe('DE_SITE_VERSION is now 1.1.0 (was 1.0.0) in .env\n');
      const lower = await deBuild(site, 'bump 1.0.5');
      expect(lower).toMatchObject({ exitCode: 8, stdout: '' });
    });

    test('--progress json writes one object a line, the release last', async () => {
      const run = await deBuild(site, '--progress json --no-cache');
      expectClean(run);
      expect(run).toMatchObject({ exitCode: 0, stderr: '' });
      const events = run.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as FlowEvent | { type: 'released'; reference: string });
      expect(events.at(-1)).toMatchObject({ type: 'released' });
      expect(JSON.stringify(events.at(-1))).toContain(`${site.image}:1.1.0`);
      const reported = ['stage', 'check', 'build-step', 'build-log', 'progress'];
      for (const type of reported) expect(events.some((event) => event.type === type)).toBe(true);
      const known = [...reported, 'build-warning', 'image-read', 'notice', 'released'];
      expect(events.filter(({ type }) => !known.includes(type))).toEqual([]);
      expect(events[0]).toMatchObject({ type: 'stage', stage: 'check' });
    });

    test('list and show read the records back', async () => {
      const table = await deBuild(site, 'list');
      const rows = table.stdout.split('\n').filter((line) => /\b1\.\d\.0\b/.test(line));
      expect(rows.map((row) => /1\.\d\.0/.exec(row)?.[0])).toEqual(['1.1.0', '1.0.0']);
      const { manifests } = await readRecords({ site: site.folder });
      expect(JSON.parse((await deBuild(site, 'list --json')).stdout)).toEqual(manifests);
      expect(JSON.parse((await deBuild(site, 'list --json --limit 1')).stdout)).toEqual([manifests[0]]);
      expect(JSON.parse((await deBuild(site, 'show --json')).stdout)).toEqual(manifests[0]);
      expect(JSON.parse((await deBuild(site, 'show 1.0.0 --json')).stdout)).toEqual(manifests[1]);
      const shown = (await deBuild(site, 'show 1.0.0')).stdout;
      for (const part of ['1.0.0', 'mini_erp', 'v15.1.0', manifests[1]?.image.id.slice(7, 19) ?? '']) {
        expect(shown).toContain(part);
      }
      const unknown = await deBuild(site, 'show 3.0.0');
      expect(unknown).toMatchObject({ exitCode: 9, stdout: '' });
      expect(unknown.stderr).toContain('de-build list');
    });

    test('every document is what its schema says, and comes alone', async () => {
      await site.setEnv('DE_SITE_VERSION', '1.2.0');
      for (const [name, line, exitCode = 0] of [
        ['build', 'build -n'],
        ['check', 'check'],
        ['bump', 'bump patch -n'],
        ['list', 'list'],
        ['show', 'show'],
        ['apps', 'apps'],
        ['verify', 'verify'],
        ['audit', 'audit 1.1.0'],
        ['audit', 'audit --all'],
        ['diff', 'diff 1.0.0'],
        ['rebuild', 'rebuild 1.1.0 -n'],
        ['rebuild', 'rebuild 1.1.0 --cache'],
        ['archive', `archive 1.1.0 --to ${site.folder}-copies --mkdir`],
        ['archive', 'archive 1.0.0 -n'],
        ['restore', 'restore 1.1.0'],
        ['restore', 'restore 1.1.0 -n'],
        ['retag', 'retag'],
        ['prune', 'prune --mirror -n'],
        ['prune', 'prune -n'],
        ['doctor', 'doctor'],
        ['error', 'verify 9.9.9', 9],
      ] as const) {
        const run = await deBuild(site, `${line} --json`);
        expectClean(run);
        const validate = await schemaOf(name);
        validate(JSON.parse(run.stdout));
        const { errors } = validate;
        expect({ line, errors, exitCode: run.exitCode }).toEqual({ line, errors: null, exitCode });
      }
    });

    test('below the site, and from elsewhere, it is found', async () => {
      const below = join(site.folder, 'images/custom');
      const { stdout } = await deBuild(site, 'show --json');
      expect((await deBuild(site, 'show --json', { folder: below })).stdout).toBe(stdout);
      const elsewhere = { folder: '/', environment: { DE_BUILD_SITE: site.folder } };
      expect((await deBuild(site, 'show --json', elsewhere)).stdout).toBe(stdout);
      expect((await deBuild(site, `-C ${site.folder} show --json`, { folder: '/' })).stdout).toBe(stdout);
      const outside = await deBuild(site, 'list', { folder: '/' });
      expect(outside).toMatchObject({ exitCode: 2, stdout: '' });
    });

    test('--quiet leaves the result alone', async () => {
      const run = await deBuild(site, 'verify --quiet');
      expect(run).toMatchObject({ exitCode: 0, stderr: '' });
      expect(run.stdout).toContain('is as it was recorded');
    });

    test('a reader that leaves early does no harm to list', async () => {
      const { stdout, stderr } = await promisify(execFile)(
        'bash',
        ['-c', `${process.execPath} ${DE_BUILD} list --json | head -1`],
        { cwd: site.folder },
      );
      expect({ stdout, stderr }).toEqual({ stdout: '[\n', stderr: '' });
    });

    test('prune --dry-run frees nothing', async () => {
      const run = await deBuild(site, 'prune --all --dry-run --json');
      expect(run).toMatchObject({ exitCode: 0, stderr: '' });
      const pruned = JSON.parse(run.stdout) as { dryRun?: boolean };
      expect(pruned).toMatchObject({ dryRun: true });
    });
  });

  describe('check', () => {
    let site: ExampleSite;
    beforeAll(async () => {
      site = await world.addSite(engine);
      await site.setEnv('DE_SITE_VERSION', 'v1');
      await appendFile(join(site.folder, '.env'), 'LEFT_OVER=<&>\n');
      await writeFile(join(site.folder, 'apps.json'), '[{ "url": "https://github.com/frappe/frappe" }]');
    });

    test('--format json', async () => {
      const run = await deBuild(site, 'check --format json');
      expectClean(run);
      expect(run).toMatchObject({ exitCode: 3, stderr: '' });
      const report = JSON.parse(run.stdout);
      expect(report).toMatchObject({ passed: false });
      const ids = report.checks.flatMap((check: { findings: { id: string }[] }) =>
        check.findings.map(({ id }) => id),
      );
      expect(ids).toEqual(
        expect.arrayContaining(['site-version-malformed', 'app-is-frappe', 'env-key-unknown']),
      );
    });

    test('--format junit is XML, a test case for each check', async () => {
      const run = await deBuild(site, 'check --format junit');
      expect(run).toMatchObject({ exitCode: 3, stderr: '' });
      const elements = elementsOf(run.stdout);
      const cases = elements
        .filter(({ name }) => name === 'testcase')
        .map(({ attributes }) => attributes.name);
      expect(cases).toHaveLength(13);
      expect(elements.some(({ name }) => name === 'failure')).toBe(true);
      const suite = elements.find(({ name }) => name === 'testsuite')?.attributes;
      expect(Number(suite?.tests)).toBe(cases.length);
    });

    test('--format github writes annotations that point at the line', async () => {
      const run = await deBuild(site, 'check --format github', {
        environment: { GITHUB_WORKSPACE: join(site.folder, '..') },
      });
      expect(run).toMatchObject({ exitCode: 3, stderr: '' });
      expect(run.stdout).toMatch(/^::error file=site-\w+\/apps\.json,line=1\b[^\n]*::/m);
      expect(run.stdout).toMatch(/^::warning /m);
    });

    test('--skip leaves a check out', async () => {
      const run = await deBuild(site, 'check --format json --skip engine --skip repositories');
      const { checks } = JSON.parse(run.stdout) as { checks: { id: string; status: string }[] };
      const skipped = checks.filter(({ status }) => status === 'skipped').map(({ id }) => id);
      expect(skipped).toEqual(expect.arrayContaining(['engine', 'repositories']));
    });
  });

  describe('stopped in the middle of a step', () => {
    async function addSlowSite() {
      const site = await world.addSite(engine);
      await appendFile(
        join(site.folder, site.containerfile),
        '\nRUN for second in $(seq 100); do echo now-it-runs $second; sleep 1; done\n',
      );
      return site;
    }

    /** Runs a release, and does something once its last step runs. */
    async function stopped(line: string, stop: (child: ChildProcess) => void) {
      const site = await addSlowSite();
      let stoppedAt = 0;
      let seen = '';
      const run = await deBuild(site, line, {
        onOutput: (text, child) => {
          seen += text;
          // Of the step's output, not of its name.
          if (stoppedAt > 0 || !/now-it-runs \d/.test(seen)) return;
          stoppedAt = performance.now();
          stop(child);
        },
      });
      expect(stoppedAt).toBeGreaterThan(0);
      return { run, site, tookMs: performance.now() - stoppedAt };
    }

    async function expectNothingDone(site: ExampleSite) {
      expect(await tagsOf(site, engine)).toEqual([]);
      expect(await containersOf(site, engine)).toEqual([]);
      expect((await readRecords({ site: site.folder })).manifests).toEqual([]);
    }

    test.each([
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const)('%s ends with %i within 5 s and leaves nothing', async (signal, exitCode) => {
      const { run, site, tookMs } = await stopped('--progress plain', (child) => child.kill(signal));
      expectClean(run);
      expect(run.exitCode).toBe(exitCode);
      expect(tookMs).toBeLessThan(5000);
      expect(run.stderr).toContain('interrupted');
      await expectNothingDone(site);
    });

    test('SIGINT with --progress json ends with an object that says so', async () => {
      const { run } = await stopped('--progress json', (child) => child.kill('SIGINT'));
      expect(run.exitCode).toBe(130);
      expect(JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ type: 'failed' });
    });

    test('SIGINT with --json ends with one document that says so', async () => {
      const { run } = await stopped('--json', (child) => child.kill('SIGINT'));
      expect(run.exitCode).toBe(130);
      expect(JSON.parse(run.stdout)).toMatchObject({ error: { exitCode: 130 } });
    });

    test('a second SIGINT ends it at once', async () => {
      const { run, tookMs } = await stopped('--progress plain', (child) => {
        child.kill('SIGINT');
        setTimeout(() => child.kill('SIGINT'), 20);
      });
      expect(run.exitCode).toBe(130);
      expect(tookMs).toBeLessThan(5000);
    });

    test('a reader that closes the pipe cancels the build, without a stack', async () => {
      const { run, site, tookMs } = await stopped('--progress plain', (child) => child.stdout?.destroy());
      expectClean(run);
      // It notices when it writes the next line.
      expect(run.exitCode).toBe(130);
      expect(tookMs).toBeLessThan(15_000);
      await expectNothingDone(site);
    });
  });
});

async function tagsOf(site: ExampleSite, engine: SharedEngine): Promise<string[]> {
  const filters = encodeURIComponent(JSON.stringify({ reference: [site.image] }));
  const images = JSON.parse(
    await requestEngine(engine.host, { path: `/images/json?filters=${filters}` }),
  ) as { RepoTags: string[] | null }[];
  return images.flatMap(({ RepoTags }) => (RepoTags ?? []).map((tag) => tag.split(':').at(-1) ?? '')).sort();
}

async function containersOf(site: ExampleSite, engine: SharedEngine): Promise<string[]> {
  const containers = JSON.parse(await requestEngine(engine.host, { path: '/containers/json?all=1' })) as {
    Image: string;
    Names: string[];
  }[];
  return containers.filter(({ Image }) => Image.includes(site.image)).map(({ Names }) => Names.join());
}
