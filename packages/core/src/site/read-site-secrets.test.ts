import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readSources } from '../apps/site-sources.ts';
import { readSite } from './read-site.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'de-build-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const APPS = 'RUN --mount=type=secret,id=apps_json bench init';
const REQUIRED = 'RUN --mount=type=secret,id=npmrc,required=true x';
const OPTIONAL = 'RUN --mount=type=secret,id=npmrc x';

interface Given {
  readonly lines: readonly string[];
  readonly config?: object;
  readonly env?: string;
  readonly files?: Readonly<Record<string, string>>;
}

async function read({ lines, config = {}, env = '', files = {} }: Given) {
  const all = {
    '.env': `DE_SITE_VERSION=1.0.0\n${env}`,
    'de-example.env': 'DE_SITE_VERSION=1.0.0\n',
    'apps.json': '[{"url": "https://github.com/a/b"}]',
    'images/custom/Containerfile': ['FROM a', APPS, ...lines].join('\n'),
    'de-build.json': JSON.stringify(config),
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const site = await readSite(folder);
  const about = site.findings.filter(({ id }) => id.startsWith('build-') || id.startsWith('file-'));
  return { found: about.map(({ id, severity, line }) => [id, severity, line]), site, findings: about };
}

describe('a mount without a source', () => {
  test('that is required is an error, with its line and the lines for de-build.json', async () => {
    const { found, findings } = await read({ lines: [REQUIRED] });
    expect(found).toEqual([['build-secret-missing', 'error', 3]]);
    expect(findings[0]?.fix).toContain('"secrets": { "npmrc": { "env": "NPMRC_SECRET" } }');
    expect(findings[0]?.fix).toContain('"secrets": { "npmrc": { "file": ".secrets/npmrc" } }');
  });

  test('that is not required is a warning', async () => {
    expect((await read({ lines: [OPTIONAL] })).found).toEqual([['build-secret-missing', 'warning', 3]]);
  });

  test('is reported once, as a required one if any is', async () => {
    expect((await read({ lines: [OPTIONAL, REQUIRED] })).found).toEqual([
      ['build-secret-missing', 'error', 4],
    ]);
  });

  test('does not matter in a stage that is not built', async () => {
    const lines = ['FROM a AS test', REQUIRED, 'FROM a AS last', 'COPY --from=0 /x /x'];
    expect((await read({ lines })).found).toEqual([]);
    expect((await read({ lines, config: { target: 'test' } })).found).toHaveLength(1);
    expect((await read({ lines: [...lines, 'COPY --from=test /y /y'] })).found).toHaveLength(1);
    expect((await read({ lines: [...lines, 'RUN --mount=from=test,target=/y y'] })).found).toHaveLength(1);
  });

  test('of an SSH agent', async () => {
    const lines = ['RUN --mount=type=ssh,required=true x', 'RUN --mount=type=ssh,id=other x'];
    expect((await read({ lines })).found).toEqual([
      ['build-ssh-missing', 'error', 3],
      ['build-ssh-missing', 'warning', 4],
    ]);
    for (const ssh of [true, 'default']) {
      const { found, site } = await read({ lines, config: { ssh } });
      expect([found, site.config.ssh]).toEqual([[], true]);
    }
  });
});

describe('a source', () => {
  const value = 'npm_0123456789abcdef';

  test.each(['NPM', { env: 'NPM' }])('%j', async (source) => {
    const { found, site } = await read({
      lines: [REQUIRED],
      config: { secrets: { npmrc: source } },
      env: `NPM=${value}\n`,
    });
    expect(found).toEqual([]);
    const sources = readSources(site, {});
    expect(sources.buildSecrets.npmrc?.reveal()).toBe(value);
    expect(sources.secrets.map((secret) => secret.reveal())).toContain(value);
    expect(site.env?.entries.get('NPM')?.sensitive).toBe(true);
  });

  test('a file: the build gets all of it, and what it names as secret is searched for too', async () => {
    const content = `registry=https://npm.example/\n//npm.example/:_authToken=${value}\n`;
    const { found, site } = await read({
      lines: [REQUIRED],
      config: { secrets: { npmrc: { file: '.secrets/npmrc' } } },
      files: { '.secrets/npmrc': content },
    });
    expect(found).toEqual([]);
    const { buildSecrets, secrets } = readSources(site, {});
    expect(buildSecrets.npmrc?.reveal()).toBe(content);
    expect(secrets.map((secret) => secret.reveal())).toEqual([content.trim(), value]);
  });

  test.each([
    ['empty key', { npmrc: 'NPM' }, 'NPM=\n', 'build-secret-empty'],
    ['missing key', { npmrc: 'NPM' }, '', 'build-secret-empty'],
    ['missing file', { npmrc: { file: 'none' } }, '', 'build-secret-empty'],
    ['empty file', { npmrc: { file: 'empty' } }, '', 'build-secret-empty'],
    ['a folder', { npmrc: { file: 'images' } }, '', 'file-not-regular'],
  ])('%s', async (_, secrets, env, id) => {
    const given = { config: { secrets }, env, files: { empty: '\n' } };
    const { found, site } = await read({ lines: [REQUIRED], ...given });
    expect(found).toMatchObject([[id, 'error', id === 'file-not-regular' ? undefined : 3]]);
    expect(readSources(site, {}).buildSecrets).toEqual({});
    if (id === 'build-secret-empty')
      expect((await read({ lines: [OPTIONAL], ...given })).found).toEqual([[id, 'warning', 3]]);
  });

  test('that nothing mounts', async () => {
    const { found } = await read({ lines: [], config: { secrets: { npmrc: 'NPM' } }, env: `NPM=${value}\n` });
    expect(found).toEqual([['build-secret-unused', 'warning', undefined]]);
  });

  test.each([{ apps_json: 'A' }, { '': 'A' }, { a: { env: 'A', file: 'b' } }, { a: 1 }, { a: {} }, []])(
    '%j is no setting',
    async (secrets) => {
      const { site } = await read({ lines: [], config: { secrets } });
      expect(site.findings).toMatchObject([{ id: 'config-invalid', file: 'de-build.json' }]);
    },
  );
});

describe('empty values and paths of files are no secrets', () => {
  test('they are neither redacted nor searched for', async () => {
    const env = 'DB_PASSWORD=\nDB_PASSWORD_SECRETS_FILE=\nAPI_TOKEN_FILE=/run/x\nA_TOKEN=secret-value\n';
    const { site } = await read({ lines: [], env });
    expect(readSources(site, {}).secrets.map(({ name }) => name)).toEqual(['A_TOKEN']);
  });
});
