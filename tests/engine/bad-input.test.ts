import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExampleSite } from '@de-build/testbed';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createExampleWorld, type ExampleWorld } from './example-world.ts';
import { type HostileApp, hostileApps } from './hostile-apps.ts';
import { type CliRun, DE_BUILD, runCli } from './run-cli.ts';

/** No engine is needed to find what is wrong with a file. */
const NO_ENGINE = ['--host', 'unix:///nowhere/docker.sock'];
const CHECK = ['check', '--format', 'json', '--skip', 'engine', '--skip', 'disk', '--skip', 'image-tag'];

interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

let world: ExampleWorld;
let template: ExampleSite;
let copies: string;
beforeAll(async () => {
  world = await createExampleWorld();
  template = await world.addSite({ host: 'unix:///nowhere/docker.sock' });
  copies = await mkdtemp(join(tmpdir(), 'de-build-bad-'));
});
afterAll(async () => {
  await world.close();
  await rm(copies, { recursive: true, force: true });
});

async function siteWith(files: Readonly<Record<string, string | Buffer | null>>): Promise<string> {
  const folder = await mkdtemp(join(copies, 'site-'));
  await cp(template.folder, folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    if (content === null) await rm(join(folder, name));
    else await writeFile(join(folder, name), content);
  }
  return folder;
}

/** Runs a check and a release, of which nothing may come but words. */
async function refuse(folder: string): Promise<{ findings: readonly Finding[]; run: CliRun }> {
  const before = await contentsOf(folder);
  const [run, build] = await Promise.all([
    runCli([...CHECK, ...NO_ENGINE], { folder }),
    runCli(NO_ENGINE, { folder }),
  ]);
  expect(run).toMatchObject({ exitCode: 3 });
  expect(build).toMatchObject({ exitCode: 3 });
  expect(build.output).not.toMatch(/This is a bug|==> Building|^\s+at .*:\d+:\d+/m);
  for (const { durationMs } of [run, build]) expect(durationMs).toBeLessThan(20_000);
  expect(await contentsOf(folder)).toEqual(before);
  const findings = findingsOf(run).filter(({ severity }) => severity === 'error');
  for (const finding of findings) {
    expect(finding).toEqual(
      expect.objectContaining({ what: expect.any(String), why: expect.any(String), fix: expect.any(String) }),
    );
    const { file, line, column } = finding;
    // Said with the same place to people.
    if (file !== undefined) expect(build.output).toContain([file, line, column].filter(Boolean).join(':'));
  }
  expect(findings.length).toBeGreaterThan(0);
  return { findings, run };
}

function findingsOf({ stdout }: CliRun): readonly Finding[] {
  const report = JSON.parse(stdout) as { checks: { findings: Finding[] }[] };
  return report.checks.flatMap((check) => check.findings);
}

/** What a release makes of a site before it looks at it. */
const LOCK: ReadonlySet<string> = new Set(['.de-build', '.de-build/.gitignore', '.de-build/lock']);

/** Path → size and time of every file, git's own left out. */
async function contentsOf(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder, { recursive: true })).filter(
    (name) => !name.startsWith('.git/') && !LOCK.has(name),
  );
  return Promise.all(
    names.sort().map(async (name) => {
      const text = await readFile(join(folder, name)).catch(() => Buffer.alloc(0));
      return `${name} ${text.length} ${text.length < 1e6 ? text.toString('base64') : ''}`;
    }),
  );
}

async function envWith(change: (text: string) => string | Buffer): Promise<string> {
  return siteWith({ '.env': change(await readFile(join(template.folder, '.env'), 'utf8')) });
}

const ENTRY = '{ "url": "https://github.com/acme/warehouse", "branch": "version-15" }';

describe('.env', () => {
  test('there is none', async () => {
    const { findings } = await refuse(await siteWith({ '.env': null }));
    expect(findings).toContainEqual(expect.objectContaining({ id: 'env-missing', file: '.env' }));
    expect(findings.find(({ id }) => id === 'env-missing')?.fix).toContain('de-example.env');
  });

  test('is empty', async () => {
    const { findings } = await refuse(await siteWith({ '.env': '' }));
    const missing = findings
      .filter(({ id }) => id === 'env-key-missing')
      .map(({ what }) => what)
      .join();
    for (const key of ['DE_SITE_VERSION', 'PAT_DESIRED_EFFECT', 'DB_PASSWORD'])
      expect(missing).toContain(key);
  });

  test('has a line of 10 MB, and memory stays within bounds', async () => {
    const folder = await envWith((text) => `${text}JUNK=${'x'.repeat(10_000_000)}\n`);
    const { findings } = await refuse(folder);
    expect(findings).toContainEqual(expect.objectContaining({ file: '.env' }));
    const small = await peakMegabytes(await siteWith({ '.env': null }));
    const large = await peakMegabytes(folder);
    expect(large - small).toBeLessThan(100);
  });

  test.each<[string, (text: string) => string | Buffer, Partial<Finding>]>([
    [
      'bytes that are not UTF-8',
      (text) => Buffer.concat([Buffer.from(text), Buffer.from('A=\xff\xfe\n', 'latin1')]),
      { id: 'file-not-utf8', line: 11, column: 3 },
    ],
    ['a NUL', (text) => `${text}A=b\0c\n`, { file: '.env', line: 11 }],
    ['a key twice', (text) => `${text}DB_PASSWORD=other-password\n`, { file: '.env', line: 11 }],
    [
      'a value that Compose reads otherwise',
      (text) => text.replace(/^DB_PASSWORD=.*/m, 'DB_PASSWORD=123#cut'),
      { id: 'env-ambiguous' },
    ],
    ['no equals sign', (text) => `${text}just words\n`, { file: '.env', line: 11 }],
    ['a quote that never ends', (text) => `${text}A="never\n`, { file: '.env', line: 11 }],
    ['a version that is none', (text) => text.replace('=1.0.0', '=one'), { file: '.env' }],
    ['UTF-16', (text) => Buffer.from(`\ufeff${text}`, 'utf16le'), { file: '.env' }],
  ])('has %s', async (_, change, finding) => {
    const lines = (await readFile(join(template.folder, '.env'), 'utf8')).trimEnd().split('\n').length;
    const folder = await envWith(change);
    const { findings, run } = await refuse(folder);
    const expected = finding.line === undefined ? finding : { ...finding, line: lines + 1 };
    expect(findings).toContainEqual(expect.objectContaining(expected));
    for (const value of ['other-password', '123#cut', world.token]) expect(run.output).not.toContain(value);
  });
});

describe('apps.json', () => {
  test.each<[string, string | Buffer | null, Partial<Finding>]>([
    ['there is none', null, { file: 'apps.json' }],
    ['empty', '', { line: 1 }],
    ['bad JSON, with its line and column', `[\n  ${ENTRY},\n]\n`, { line: 2, column: ENTRY.length + 3 }],
    ['a comma too few', `[\n  ${ENTRY}\n  ${ENTRY}\n]`, { line: 3, column: 3 }],
    ['single quotes', "[{'url': 'x'}]", { line: 1, column: 3 }],
    ['cut off', `[\n  ${ENTRY}`, { line: 2 }],
    ['a byte order mark', `\ufeff[${ENTRY}]`, { id: 'json-bom' }],
    [
      'bytes that are not UTF-8',
      Buffer.from(`[\n"\xff"]`, 'latin1'),
      { id: 'file-not-utf8', line: 2, column: 2 },
    ],
    ['50 MB', Buffer.alloc(50_000_000, '['), { id: 'file-too-large' }],
    ['a hundred thousand brackets', '['.repeat(100_000), { id: 'json-too-deep' }],
    [
      'a key twice',
      `[{ "url": "https://github.com/a/b",\n "url": "https://github.com/a/c" }]`,
      { id: 'json-duplicate-key', line: 2 },
    ],
    [
      '__proto__',
      `[{ "url": "https://github.com/a/b",\n "__proto__": { "branch": "x" } }]`,
      { id: 'json-unsafe-key', line: 2 },
    ],
    ['no list', '{ "url": "https://github.com/a/b" }', { line: 1 }],
    ['an entry that is none', `[\n${ENTRY},\n7]`, { line: 3 }],
    ['an entry without a URL', '[\n{ "branch": "main" }]', { line: 2 }],
  ])('%s', async (_, content, finding) => {
    const { findings } = await refuse(await siteWith({ 'apps.json': content }));
    expect(findings).toContainEqual(expect.objectContaining({ file: 'apps.json', ...finding }));
  });
});

describe('what git or a shell would act on', () => {
  let canary: string;
  let hostile: readonly HostileApp[];
  beforeAll(() => {
    canary = join(copies, 'canary');
    hostile = hostileApps(canary, copies);
  });
  const entryOf = ({ name: _, ...hostile }: HostileApp) => ({
    url: `${world.server.url}/example/mini_erp.git`,
    branch: 'version-15',
    ...hostile,
  });

  test('in apps.json runs nothing, and each entry is named', async () => {
    const entries = hostile.map((app) => JSON.stringify(entryOf(app)));
    const { findings } = await refuse(await siteWith({ 'apps.json': `[\n${entries.join(',\n')}\n]` }));
    const lines = new Set(findings.filter(({ file }) => file === 'apps.json').map(({ line }) => line));
    expect(hostile.filter((_, index) => !lines.has(index + 2)).map(({ name }) => name)).toEqual([]);
    expect(existsSync(canary)).toBe(false);
  });
});

describe('the Containerfile', () => {
  const file = 'images/custom/Containerfile';

  test.each<[string, string | Buffer | null, Partial<Finding>]>([
    ['there is none', null, { file }],
    ['empty', '', { file }],
    ['takes its apps in no way that is known', 'FROM debian:12\nRUN true\n', { file }],
    ['no FROM', 'RUN true\n', { file }],
    ['not text', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0x00]), { file }],
  ])('%s', async (_, content, finding) => {
    const { findings } = await refuse(await siteWith({ [file]: content }));
    expect(findings).toContainEqual(expect.objectContaining(finding));
  });
});

describe('de-build.json', () => {
  test.each<[string, string, Partial<Finding>]>([
    ['bad JSON', '{\n  "image": "acme/erp",\n}', { line: 2, column: 22 }],
    ['an unknown key', '{\n  "imag": "acme/erp"\n}', { line: 2 }],
    ['an image that is none', '{\n\n  "image": "Acme/ERP:1"\n}', { line: 3 }],
    ['a list', '[]', { line: 1 }],
  ])('%s', async (_, content, finding) => {
    const { findings } = await refuse(await siteWith({ 'de-build.json': content }));
    expect(findings).toContainEqual(expect.objectContaining({ file: 'de-build.json', ...finding }));
  });
});

test('a site that is a file, or nowhere, is a usage error', async () => {
  const folder = await siteWith({});
  for (const site of ['.env', 'nowhere']) {
    const run = await runCli(['--site', site], { folder });
    expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('There is no site in') });
  }
});

test('everything at once is reported at once', async () => {
  const folder = await siteWith({
    '.env': '',
    'apps.json': '[',
    'images/custom/Containerfile': null,
    'de-build.json': '{ "x": 1 }',
  });
  const { findings } = await refuse(folder);
  const files = new Set(findings.map(({ file }) => file));
  expect(files).toEqual(new Set(['.env', 'apps.json', 'images/custom/Containerfile', 'de-build.json']));
});

/** The most memory that a check of the site took, as the kernel counts it. */
async function peakMegabytes(folder: string): Promise<number> {
  const child = spawn(process.execPath, [DE_BUILD, ...CHECK, ...NO_ENGINE], { cwd: folder, stdio: 'ignore' });
  let kilobytes = 0;
  while (child.exitCode === null) {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    kilobytes = Math.max(kilobytes, Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1] ?? 0));
    await sleep(5);
  }
  return kilobytes / 1024;
}
