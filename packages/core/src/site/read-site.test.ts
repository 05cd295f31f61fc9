import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readSite } from './read-site.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'de-build-site-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const CONTAINERFILE = 'images/custom/Containerfile';

/** The smallest site that passes; `files` replaces or, with `undefined`, leaves out. */
function write(files: Readonly<Record<string, string | undefined>> = {}): void {
  const all = {
    '.env': 'DE_SITE_VERSION=1.0.0\nPAT_DESIRED_EFFECT=x1\n',
    'de-example.env': 'DE_SITE_VERSION=1.0.0\n# @required\nPAT_DESIRED_EFFECT=\n',
    'apps.json': '[{"url": "https://${PAT_DESIRED_EFFECT}@github.com/a/one", "branch": "main"}]',
    [CONTAINERFILE]: 'FROM a\nARG APPS_JSON_BASE64\n',
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    if (text === undefined) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

async function found(): Promise<string[]> {
  const { findings } = await readSite(folder);
  return findings.map(({ id, file, line }) =>
    [id, file, line].filter((part) => part !== undefined).join(' '),
  );
}

test('a site that passes', async () => {
  write();
  const site = await readSite(folder);
  expect(site.findings).toEqual([]);
  expect(site).toMatchObject({ folder, containerfile: { dialect: 'build-arg' } });
  expect(site.apps).toHaveLength(1);
  expect(site.env?.entries.get('PAT_DESIRED_EFFECT')).toEqual({
    key: 'PAT_DESIRED_EFFECT',
    value: 'x1',
    line: 2,
    sensitive: true,
  });
});

test.each([
  ['.env', 'env-missing .env'],
  ['de-example.env', 'env-example-missing de-example.env'],
  ['apps.json', 'apps-missing apps.json'],
  [CONTAINERFILE, `containerfile-missing ${CONTAINERFILE}`],
])('without %s', async (path, expected) => {
  write({ [path]: undefined });
  expect(await found()).toEqual([expected]);
});

test('an empty folder: everything that is missing is reported at once', async () => {
  expect(await found()).toEqual([
    'env-missing .env',
    'env-example-missing de-example.env',
    'apps-missing apps.json',
    `containerfile-missing ${CONTAINERFILE}`,
  ]);
});

test('what a Compose file beside the site uses is no unknown key', async () => {
  const compose = 'services: { a: { image: "${A_IMAGE:?none}:$A_TAG", command: "echo $$NOT_THIS" } }\n';
  write({
    '.env':
      'DE_SITE_VERSION=1.0.0\nPAT_DESIRED_EFFECT=x1\nA_IMAGE=i\nA_TAG=t\nNOT_THIS=1\nOVER=1\nELSEWHERE=1\nCOMPOSE_FILE=compose.yaml:more/elsewhere.yml\n',
    'compose.yaml': compose,
    'overrides/compose.https.yaml': 'x: ${OVER-}\n',
    'more/elsewhere.yml': 'x: ${ELSEWHERE}\n',
  });
  expect(await found()).toEqual(['env-key-unknown .env 5']);
});

test('everything that is wrong is reported at once', async () => {
  write({
    'de-build.json': '{"tagret": "x"}',
    '.env': 'DE_SITE_VERSION=1.0.0#rc\nPAT_DESIRED_EFFECT=\n',
    'apps.json': '[{"url": "http://example.com/a/b", "branch": "-x"}]',
    [CONTAINERFILE]: 'FROM a\n',
  });
  expect(await found()).toEqual([
    'config-unknown-key de-build.json 1',
    'env-ambiguous .env 1',
    'env-value-empty .env 2',
    'app-url-scheme apps.json 1',
    'app-branch-unsafe apps.json 1',
    `containerfile-dialect ${CONTAINERFILE}`,
  ]);
});

describe('the site version', () => {
  test.each([
    ['not in either file', 'A=1', 'A=1', ['site-version-missing .env']],
    ['empty in both files', 'DE_SITE_VERSION=', 'DE_SITE_VERSION=', ['site-version-missing .env 1']],
    ['missing, as the example says already', 'A=1', 'A=1\nDE_SITE_VERSION=1.0.0', ['env-key-missing .env']],
  ])('%s', async (_, env, example, expected) => {
    write({ '.env': env, 'de-example.env': example, 'apps.json': '[{"url": "https://github.com/a/one"}]' });
    expect(await found()).toEqual(expected);
  });

  test.each(['calver', 'revision', 'four-part'])('a written scheme beats the example: %s', async (scheme) => {
    const version = { calver: '2026.01.05', revision: '15.2.3-1', 'four-part': '1.2.3.4' }[scheme];
    const files = {
      'de-build.json': JSON.stringify({ versionScheme: scheme }),
      'de-example.env': '# @type=semver\nDE_SITE_VERSION=1.0.0\n',
      'apps.json': '[{"url": "https://github.com/a/one"}]',
    };
    write({ ...files, '.env': `DE_SITE_VERSION=${version}\n` });
    expect(await found()).toEqual([]);
    write({ ...files, '.env': 'DE_SITE_VERSION=\n' });
    const { findings } = await readSite(folder);
    expect(findings).toMatchObject([
      { id: 'env-value-empty', why: expect.stringContaining('`versionScheme`') },
    ]);
  });
});

test('a key that fills a placeholder is one that de-build uses', async () => {
  write({
    '.env': 'DE_SITE_VERSION=1.0.0\nPAT_DESIRED_EFFECT=x1\nORG=a$$b\nAUTH=a$$b\n',
    'de-example.env': 'DE_SITE_VERSION=1.0.0\nPAT_DESIRED_EFFECT=\nAUTH=\n',
    'apps.json': '[{"url": "https://${PAT_DESIRED_EFFECT}@github.com/${ORG}/one"}]',
  });
  expect(await found()).toEqual(['env-ambiguous .env 3']);
});

test('de-build.json leads to other files', async () => {
  write({
    'de-build.json':
      '{"env": "prod.env", "containerfile": "Dockerfile", "versionKey": "TAG", "exampleEnv": "x.env"}',
    '.env': undefined,
    'de-example.env': undefined,
    'prod.env': 'TAG=1.0.0\nPAT_DESIRED_EFFECT=x\n',
    'x.env': 'TAG=1.0.0\nPAT_DESIRED_EFFECT=\n',
    [CONTAINERFILE]: undefined,
    Dockerfile: 'FROM a\nRUN --mount=type=secret,id=apps_json x',
  });
  const site = await readSite(folder);
  expect(site.findings).toEqual([]);
  expect(site.containerfile?.path).toBe('Dockerfile');
});

test('different defaults of one ARG are reported', async () => {
  write({ [CONTAINERFILE]: 'ARG N=1\nFROM a\nARG N=2\nARG APPS_JSON_BASE64\n' });
  const { findings } = await readSite(folder);
  expect(findings).toMatchObject([
    { id: 'containerfile-arg-differs', severity: 'note', line: 3, subject: 'N' },
  ]);
  expect(findings[0]?.what).toBe('N has different defaults: 1 (line 1), 2 (line 3).');
});

test('no such folder, and a file for a folder', async () => {
  await expect(readSite(join(folder, 'no'))).rejects.toMatchObject({ code: 'site-not-found' });
  writeFileSync(join(folder, 'file'), '');
  await expect(readSite(join(folder, 'file'))).rejects.toMatchObject({ code: 'site-not-found' });
});

test('folders and pipes instead of files are reported, and nothing waits for them', async () => {
  write({ '.env': undefined, 'apps.json': undefined });
  mkdirSync(join(folder, '.env'));
  execFileSync('mkfifo', [join(folder, 'apps.json')]);
  expect(await found()).toEqual(['file-not-regular .env', 'file-not-regular apps.json']);
});

test('no finding holds a value of .env, or a token of apps.json', async () => {
  const secret = 'S3CR3TV4LUE';
  write({
    '.env': `DE_SITE_VERSION=${secret}\nPAT_DESIRED_EFFECT=${secret}#1\nDB_PASSWORD="${secret}\nNUMBER=${secret}\n${secret}\n`,
    'de-example.env': 'DE_SITE_VERSION=1.0.0\nNUMBER=1\n# @type=enum(a)\nDB_PASSWORD=a\n',
    'apps.json': `[{"url": "https://x:${secret}@github.com/a/one", "branch": "${secret} ${secret}", "${secret}-x y": "${secret}"}]`,
  });
  const { findings } = await readSite(folder);
  expect(findings.length).toBeGreaterThan(6);
  expect(JSON.stringify(findings)).not.toContain(secret);
});

test('the examples at the root, filled in, are a site that passes', async () => {
  const root = join(import.meta.dirname, '../../../..');
  const example = readFileSync(join(root, 'de-example.env'), 'utf8');
  write({
    'de-example.env': example,
    '.env': example
      .replace('PAT_DESIRED_EFFECT=\n', 'PAT_DESIRED_EFFECT=x1\n')
      .replace('DB_PASSWORD=\n', 'DB_PASSWORD=x2\n'),
    'apps.json': readFileSync(join(root, 'apps.json.example'), 'utf8'),
  });
  const { findings, apps, env } = await readSite(folder);
  expect(findings).toMatchObject([{ id: 'env-expanded', severity: 'note', subject: 'CUSTOM_TAG' }]);
  expect(apps).toHaveLength(3);
  expect(
    [...(env?.entries.values() ?? [])].filter((entry) => entry.sensitive).map((entry) => entry.key),
  ).toEqual(['PAT_DESIRED_EFFECT', 'DB_PASSWORD', 'TRAEFIK_DASHBOARD_AUTH']);
});
