import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExampleDialect, ExampleSite, SharedEngine } from '@de-build/testbed';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createExampleWorld, type ExampleWorld } from './example-world.ts';
import { onEachEngine, onOneEngine } from './on-each-engine.ts';
import { type CliRun, runCli } from './run-cli.ts';
import { findSecrets, secretForms } from './secret-forms.ts';

/** With characters that URLs, JSON and shells write in other ways. */
const TOKEN = `Pl4nt/${randomBytes(9).toString('hex')}+"~${randomBytes(9).toString('hex')}=&Z`;
const PASSWORD = `Sup3r-${randomBytes(9).toString('hex')}`;
const KEPT = `k3pt-${randomBytes(9).toString('hex')}`;
const SECRETS = [TOKEN, PASSWORD, KEPT];
const TERMINAL = { columns: 97, rows: 31 };

/** What a careless build prints: the token it was given, in every way that a program may write it. */
const LEAKING_SCRIPT = `
import base64, json, sys, time, urllib.parse
text = open(sys.argv[1]).read()
token = ''.join(urllib.parse.unquote(json.loads(text)[0]['url'].split('://')[1].rsplit('@', 1)[0]))
assert len(token) > 40, 'the token is not there'
raw = token.encode()
print('whole', text, flush=True)
print('raw', token, token, file=sys.stderr, flush=True)
for before in (b'', b'x', b'xy'):
    print('base64', base64.b64encode(before + raw).decode(), base64.urlsafe_b64encode(before + raw).decode())
document = base64.b64encode(text.encode()).decode()
print('document', document)
print('wrapped', base64.encodebytes(text.encode()).decode())
print('url', urllib.parse.quote(token), urllib.parse.quote(token, safe=''), urllib.parse.quote_plus(token).lower())
print('json', json.dumps(token), json.dumps(json.dumps(token)), 'hex', raw.hex(), raw.hex().upper(), flush=True)
for place in range(0, len(token), 5):
    print(token[place:place + 5], end='', flush=True)
    time.sleep(0.01)
print(flush=True)
for place in range(0, len(document), 40):
    print(document[place:place + 40], end='', flush=True)
    time.sleep(0.002)
print(flush=True)
half = len(token) // 2
print('\\033[31m' + token[:half] + '\\033[0m' + token[half:], '\\r' + token, flush=True)
print('end of the leaks', flush=True)
`;

let world: ExampleWorld;
beforeAll(async () => {
  world = await createExampleWorld({ token: TOKEN });
});
afterAll(() => world.close());

/** A site with secrets wherever one can be, whose build prints them. */
async function plant(engine: SharedEngine, dialect: ExampleDialect): Promise<ExampleSite> {
  const site = await world.addSite(engine, {
    dialect,
    privateFrappe: true,
    env: { DB_PASSWORD: PASSWORD, SMTP_SECRET: `'${KEPT}'` },
    // With sources the build has no token that it could print.
    config: { tokenDelivery: 'inject', audit: 'warn' },
  });
  const config = JSON.parse(await readFile(join(site.folder, 'de-build.json'), 'utf8'));
  config.buildArgs.ADMIN_PASSWORD = '{{ DB_PASSWORD }}';
  await writeFile(join(site.folder, 'de-build.json'), JSON.stringify(config));
  await appendFile(join(site.folder, 'de-example.env'), '# @sensitive\nSMTP_SECRET=\n');
  const host = world.server.url.replace('http://', '');
  await site.setApps([
    { url: `http://\${PAT_DESIRED_EFFECT}@${host}/example/mini_erp.git`, branch: 'version-15' },
    { url: `http://{{ DE_MACRS_PAT }}@${host}/example/mini_hr.git`, branch: 'v15.1.0' },
    { url: `http://oauth2:{{PAT_DESIRED_EFFECT}}@${host}/example/mini_custom.git`, branch: 'v15.0.0' },
  ]);
  await writeFile(join(site.folder, 'leak.py'), LEAKING_SCRIPT);
  // As careless as can be: it lets everything in, the secrets by name.
  await writeFile(join(site.folder, '.dockerignore'), '!.env\n!apps.json\n!.de-build\n!conf\n');
  await appendFile(
    join(site.folder, site.containerfile),
    `\nUSER root\nARG ADMIN_PASSWORD\nWORKDIR /tmp/\${ADMIN_PASSWORD}\nRUN echo "password \${ADMIN_PASSWORD}"
COPY . /ctx\n${leak(dialect)}\n`,
  );
  await site.commit('Plant');
  return site;
}

function leak(dialect: ExampleDialect): string {
  return dialect === 'build-arg'
    ? 'ARG APPS_JSON_BASE64\nRUN echo $APPS_JSON_BASE64; echo $APPS_JSON_BASE64 | base64 -d > /tmp/a.json; python3 /ctx/leak.py /tmp/a.json; rm /tmp/a.json'
    : 'RUN --mount=type=secret,id=apps_json,target=/tmp/a.json python3 /ctx/leak.py /tmp/a.json';
}

async function run(engine: SharedEngine, site: ExampleSite, args: readonly string[], isOnTerminal = false) {
  const temporary = join(world.folder, `tmp-${randomBytes(4).toString('hex')}`);
  await mkdir(temporary);
  const result = await runCli([...args, '--host', engine.host], {
    folder: site.folder,
    watchFor: SECRETS.flatMap(secretForms),
    // With a proxy, git is started for each repository, and could give the token away.
    environment: { TMPDIR: temporary, all_proxy: 'http://127.0.0.1:1', no_proxy: '127.0.0.1' },
    ...(isOnTerminal ? { terminal: TERMINAL } : {}),
  });
  expect(await readdir(temporary)).toEqual([]);
  return result;
}

/** Nothing that was said, no process and no file of de-build's has any of the secrets, in any form. */
async function expectNoLeak(result: CliRun, site: ExampleSite): Promise<void> {
  expect(findSecrets(result.output, SECRETS)).toEqual([]);
  expect(result.processes.leaks).toEqual([]);
  // But for the shell and the terminal that it is run in.
  expect(result.processes.dumpable.filter((command) => !/^(sh|script|stty)$/.test(command))).toEqual([]);
  for (const folder of ['build-manifests', '.de-build']) {
    for (const file of await readdir(join(site.folder, folder), { recursive: true }).catch(() => [])) {
      const text = await readFile(join(site.folder, folder, file), 'latin1').catch(() => '');
      expect({ file, found: findSecrets(text, SECRETS) }).toEqual({ file, found: [] });
    }
  }
}

/** What the build's steps printed, put together again where it comes as JSON. */
function logOf({ stdout }: CliRun): string {
  if (!stdout.startsWith('{')) return stdout;
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; text?: string });
  return events.flatMap((event) => (event.type === 'build-log' ? (event.text ?? '') : [])).join('');
}

test('the watcher of processes sees a token in the arguments and in the environment of a grandchild', async () => {
  const { watchProcesses } = await import('./watch-processes.ts');
  const { spawn } = await import('node:child_process');
  const script = 'read -r _; sh -c "sleep 0.5; true" "$X"; X=1 sleep 0.5';
  const shell = spawn('sh', ['-c', script], { env: { PATH: process.env.PATH, X: TOKEN } });
  const watch = watchProcesses(shell.pid as number, [TOKEN]);
  await watch.watching;
  shell.stdin.end('\n');
  const { leaks, commands, dumpable } = await watch.end();
  expect(dumpable).toEqual(expect.arrayContaining(['sleep']));
  expect(leaks).toEqual(expect.arrayContaining(['argv of sh', 'environment of sleep']));
  expect(commands).toEqual(expect.arrayContaining(['sh', 'sleep']));
});

test('a token written into apps.json is refused, and shown nowhere', async () => {
  const literals = [`ghp_${randomBytes(18).toString('hex')}`, `w0rd-${randomBytes(8).toString('hex')}`];
  const site = await world.addSite({ host: 'unix:///nowhere.sock' });
  await site.setApps([
    {
      url: `${world.server.url.replace('://', `://${literals[0]}@`)}/example/mini_erp.git`,
      branch: 'version-15',
    },
    {
      url: `${world.server.url.replace('://', `://me:${literals[1]}@`)}/example/mini_hr.git`,
      branch: literals[0] as string,
    },
    { url: `${world.server.url}/example/${literals[0]}.git`, token: literals[0] },
  ]);
  const config = join(site.folder, 'de-build.json');
  const path = `${world.server.url.replace('://', `://${literals[1]}@`)}/frappe/frappe`;
  const settings = JSON.parse(await readFile(config, 'utf8'));
  await writeFile(
    config,
    JSON.stringify({ ...settings, buildArgs: { FRAPPE_PATH: path, MY_ARG: literals[0] } }),
  );
  await site.setEnv('FRAPPE_PATH', undefined);
  const commands = [
    ...['pretty', 'json', 'junit', 'github'].map((format) => ['check', '--format', format]),
    ['--json'],
    ['--progress', 'plain', '--verbose'],
  ];
  for (const command of commands) {
    const result = await runCli([...command, '--host', 'unix:///nowhere.sock'], {
      folder: site.folder,
      watchFor: literals,
    });
    expect(result).toMatchObject({ exitCode: 3, processes: { leaks: [] } });
    expect(result.output).toMatch(/apps\.json has a token or a password written into it/);
    expect(result.output).toMatch(/de-build\.json has a token or a password written into it/);
    expect(findSecrets(result.output, [...literals, ...SECRETS])).toEqual([]);
  }
});

onEachEngine('secrets', (engine) => {
  // Each way of drawing with each way of ending, and both dialects with most of them.
  const [first, second] = (
    engine.version.startsWith('20') ? ['cache-bust', 'build-arg'] : ['build-arg', 'cache-bust']
  ) as [ExampleDialect, ExampleDialect];

  describe.each([first, second])('in the dialect %s', (dialect) => {
    const isFirst = dialect === first;

    test('are in no byte of a release, no file and no process', async () => {
      const site = await plant(engine, dialect);
      const released = await run(engine, site, isFirst ? ['--progress', 'json'] : [], !isFirst);
      await expectNoLeak(released, site);
      expect(released.exitCode).toBe(0);
      expect(released.output).toContain('1.0.0');
      // The redactor had something to do, and the watcher something to see.
      if (isFirst) expect(logOf(released)).toContain('end of the leaks');
      if (isFirst)
        expect(logOf(released).match(/\[redacted PAT_DESIRED_EFFECT\]/g)?.length).toBeGreaterThan(9);
      expect(released.processes.commands).toEqual(expect.arrayContaining(['git-remote-http']));
      const { stdout } = await runCli(['show', '1.0.0', '--json'], { folder: site.folder });
      expect(findSecrets(stdout, SECRETS)).toEqual([]);
      expect(JSON.parse(stdout).buildArgs.ADMIN_PASSWORD).toEqual({ redacted: true, source: 'config' });

      const files = filesInImage(engine, `${site.image}:1.0.0`, '/ctx');
      expect(files).toEqual(expect.arrayContaining(['/ctx/de-example.env', '/ctx/leak.py']));
      expect(
        files.filter((file) => /^\/ctx\/(\.env|apps\.json|\.de-build|build-manifests)/.test(file)),
      ).toEqual([]);
    });

    test('are in no byte of a release that fails in a step that prints them', async () => {
      const site = await plant(engine, dialect);
      await appendFile(
        join(site.folder, site.containerfile),
        `\n${leak(dialect)
          .replace('RUN ', 'RUN set -e; ')
          .replace(/RUN set -e; (--mount=\S+)/, 'RUN $1 set -e;')} && exit 3\n`,
      );
      const failed = await run(
        engine,
        site,
        isFirst ? ['--progress', 'plain', '--verbose'] : ['--progress', 'json', '--verbose'],
      );
      await expectNoLeak(failed, site);
      expect(failed).toMatchObject({ exitCode: 6 });
      expect(logOf(failed)).toContain('end of the leaks');
      expect(logOf(failed).match(/\[redacted PAT_DESIRED_EFFECT\]/g)?.length).toBeGreaterThan(9);
      const again = await run(engine, site, ['--verbose'], true);
      await expectNoLeak(again, site);
      expect(again).toMatchObject({ exitCode: 6 });
    });
  });
});

onOneEngine('secrets', (engine) => {
  test('are in no byte of a check or a dry run', async () => {
    const site = await plant(engine, 'cache-bust');
    const runs = await Promise.all([
      ...['pretty', 'json', 'junit', 'github'].map((format) =>
        run(engine, site, ['check', '--format', format]),
      ),
      run(engine, site, ['--dry-run', '--json']),
      run(engine, site, ['--dry-run']),
    ]);
    for (const result of runs) {
      expect(result).toMatchObject({ exitCode: 0 });
      await expectNoLeak(result, site);
    }
  });

  test('stay out of the image where the files that hold them lie behind links', async () => {
    const site = await plant(engine, 'cache-bust');
    await mkdir(join(site.folder, 'conf'));
    for (const name of ['.env', 'apps.json']) {
      await rename(join(site.folder, name), join(site.folder, 'conf', `real-${name}`));
      await symlink(join('conf', `real-${name}`), join(site.folder, name));
    }
    await site.commit('Link');
    const released = await run(engine, site, []);
    expect(released).toMatchObject({ exitCode: 0 });
    const files = filesInImage(engine, `${site.image}:1.0.0`, '/ctx');
    expect(files).toContain('/ctx/leak.py');
    expect(files.filter((file) => /\.env$|apps\.json$/.test(file))).toEqual(['/ctx/de-example.env']);
  });
});

function filesInImage(engine: SharedEngine, image: string, folder: string): readonly string[] {
  const { command, env } = engine.dockerCli;
  const args = ['run', '--rm', '--network=none', '--entrypoint=find', image, folder];
  const output = execFileSync(command, args, { env: { ...process.env, ...env }, encoding: 'utf8' });
  return output.trim().split('\n').sort();
}
