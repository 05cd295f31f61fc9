import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Engine, TaggedImage } from '../../engine/engine.ts';
import { sampleManifest } from '../../manifests/sample-manifest.fixture.ts';
import { checkSite } from './check-site.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'de-build-check-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** An engine that has version 1.0.0 of every image. */
function fakeEngine(asked: string[]): Engine {
  const image: TaggedImage = {
    tag: '1.0.0',
    id: `sha256:${'a'.repeat(64)}`,
    createdAt: '2026-01-01T00:00:00Z',
  } as TaggedImage;
  return {
    about: async () => ({
      product: 'docker',
      version: '28.5.0',
      apiVersion: '1.51',
      operatingSystem: 'Linux',
      platform: 'linux/amd64',
      builder: 'buildkit',
    }),
    images: {
      list: async (repository: string) => {
        asked.push(repository);
        return [image];
      },
    },
  } as unknown as Engine;
}

async function check(
  files: Readonly<Record<string, string | Buffer>>,
  environment: Readonly<Record<string, string>> = {},
) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const asked: string[] = [];
  const { checks } = await checkSite({
    site: folder,
    engine: fakeEngine(asked),
    environment: { PATH: process.env.PATH, ...environment },
    skip: ['site-repository', 'disk', 'repositories'],
  });
  const found = (id: string) => checks.find((one) => one.id === id);
  return { asked, found, ids: checks.flatMap(({ findings }) => findings.map((finding) => finding.id)) };
}

const SITE = {
  '.env': 'DE_SITE_VERSION=1.0.0\n',
  'de-example.env': 'DE_SITE_VERSION=1.0.0\n',
  'images/custom/Containerfile': 'FROM a\n',
  'de-build.json': '{"image": "acme/erp"}',
};

test('a site without apps passes, with a version that is free', async () => {
  const { found, ids } = await check({ ...SITE, '.env': 'DE_SITE_VERSION=1.0.1\n' });
  expect(ids).toEqual([]);
  expect(found('containerfile')).toMatchObject({ status: 'passed', summary: 'takes no apps.json' });
  expect(found('site-version')?.status).toBe('passed');
});

test.each([
  ['15.2.3-1', ['15.2.3'], []],
  ['1.0.1-1', ['1.0.1-1'], ['site-version-taken']],
  ['1.0.1', ['1.0.1-1'], ['site-version-lower']],
  ['v1.0.1-1', [], ['site-version-malformed']],
])('in a site with revisions, %s after %j', async (version, records, expected) => {
  const recorded = records.map((siteVersion) => [
    `build-manifests/${siteVersion}.json`,
    JSON.stringify(sampleManifest({ siteVersion })),
  ]);
  const { ids } = await check({
    ...SITE,
    ...Object.fromEntries(recorded),
    '.env': `DE_SITE_VERSION=${version}\n`,
    'de-example.env': '# @type=semver\nDE_SITE_VERSION=1.0.0\n',
    'de-build.json': '{"image": "acme/erp", "versionScheme": "revision"}',
  });
  expect(ids).toEqual(expected);
});

test('the image of de-build.json is the one that is asked about', async () => {
  const { asked, ids } = await check(SITE);
  expect([asked, ids]).toEqual([['acme/erp'], ['site-version-taken', 'image-tag-taken']]);
});

describe('a wrong setting: nothing is said of what its default names', () => {
  test.each(['{"image": "registry.example.com:5000/acme/erp:15"}', '{"image": "ACME/erp"}', '{"image": 1}'])(
    '%s',
    async (text) => {
      const { asked, found, ids } = await check({ ...SITE, 'de-build.json': text });
      expect([asked, ids]).toEqual([[], ['config-invalid']]);
      expect(found('image-tag')).toMatchObject({
        status: 'skipped',
        summary: '`image` of de-build.json is wrong',
      });
      expect(JSON.stringify(found('config'))).not.toContain('desiredeffect');
    },
  );

  test('a document that is no JSON', async () => {
    const { asked, ids } = await check({ ...SITE, 'de-build.json': '{"image": "acme/erp"' });
    expect([asked, ids]).toEqual([[], ['json-syntax']]);
  });

  test.each(['containerfile', 'apps', 'env', 'manifests', 'versionKey', 'versionScheme', 'exampleEnv'])(
    '%s',
    async (key) => {
      rmSync(folder, { recursive: true, force: true });
      const text = JSON.stringify({ image: 'acme/erp', [key]: 5 });
      const { ids, found } = await check({ 'de-build.json': text, '.env': 'DE_SITE_VERSION=2.0.0\n' });
      if (['containerfile', 'apps', 'env'].includes(key))
        expect(found(key)).toMatchObject({
          status: 'skipped',
          summary: `\`${key}\` of de-build.json is wrong`,
        });
      expect(ids.filter((id) => id.startsWith('config'))).toEqual(['config-invalid']);
      const about = {
        containerfile: /^containerfile/,
        apps: /^app/,
        env: /^(env|site-version)/,
        exampleEnv: /^env/,
      };
      const pattern = about[key as keyof typeof about] ?? /^site-version/;
      expect(ids.filter((id) => pattern.test(id))).toEqual([]);
    },
  );
});

describe('placeholders without a value', () => {
  const apps = JSON.stringify([{ url: 'https://${PAT}@example.invalid/a/b', branch: 'v1' }]);
  const files = { ...SITE, 'apps.json': apps, '.env': 'DE_SITE_VERSION=1.0.1\n' };

  test('in the env file: it has no such key', async () => {
    const { found } = await check(files);
    expect(found('token')).toMatchObject({ status: 'failed', findings: [{ id: 'placeholder-unknown' }] });
  });

  test.each([
    ['is not there', undefined, 'env-missing', '.env was not read'],
    ['is no text', Buffer.from([0x41, 0x3d, 0xff]), 'file-not-utf8', '.env was not read'],
    ['has a wrong setting', 5, 'config-invalid', '`env` of de-build.json is wrong'],
  ])('nothing is said of them when the env file %s', async (_, text, id, summary) => {
    const { '.env': _env, ...others } = files;
    const env = Buffer.isBuffer(text) ? { '.env': text } : {};
    const config = { image: 'acme/erp', ...(text === 5 ? { env: text } : {}) };
    const { found, ids } = await check({ ...others, ...env, 'de-build.json': JSON.stringify(config) });
    expect(ids).toContain(id);
    expect(found('token')).toMatchObject({ status: 'skipped', summary, findings: [] });
  });
});

describe('a warning that the site accepts', () => {
  const accepting = (accept: Record<string, string>) =>
    check({
      ...SITE,
      '.env': 'DE_SITE_VERSION=1.0.1\nOTHER=1\nMORE=1\n',
      'de-build.json': JSON.stringify({ image: 'acme/erp', accept }),
    });

  test('by its id: a note with the reason, which does not count', async () => {
    const env = (await accepting({ 'env-key-unknown': 'read by a script' })).found('env');
    expect(env?.status).toBe('passed');
    expect(env?.findings.map(({ severity, accepted }) => [severity, accepted])).toEqual([
      ['note', 'read by a script'],
      ['note', 'read by a script'],
    ]);
  });

  test('for one key: the other one still warns', async () => {
    const env = (await accepting({ 'env-key-unknown:OTHER': 'read by a script' })).found('env');
    expect(env?.status).toBe('warned');
    expect(env?.findings.map(({ severity }) => severity).sort()).toEqual(['note', 'warning']);
  });

  test('an error cannot be accepted', async () => {
    const { found } = await check({
      ...SITE,
      'de-example.env': 'DE_SITE_VERSION=1.0.0\nASKED=1\n',
      'de-build.json': '{"image": "acme/erp", "accept": {"env-key-missing": "no matter"}}',
    });
    expect(found('env')?.status).toBe('failed');
  });
});

describe('without .env, as in a CI', () => {
  const TOKEN = 'ghp_PlantedTokenForTests0123456789abcdef';
  const files = {
    'de-example.env': 'DE_SITE_VERSION=1.0.0\nPAT_DESIRED_EFFECT=\nDB_HOST=db\n',
    'images/custom/Containerfile': SITE['images/custom/Containerfile'],
    'de-build.json': SITE['de-build.json'],
  };

  test("the example's keys come from the environment, and are named without a value", async () => {
    const { found } = await check(files, {
      ...{ DE_SITE_VERSION: '1.0.1', DE_MACRS_PAT: TOKEN, DB_HOST: 'db', NODE_VERSION: '20' },
    });
    const env = found('env');
    expect(env?.status).toBe('passed');
    expect(env?.summary).toBe('3 keys from the environment: DE_SITE_VERSION, DB_HOST, DE_MACRS_PAT');
    expect(found('site-version')?.summary).toBe('1.0.1');
    expect(JSON.stringify(env)).not.toContain(TOKEN);
  });

  test('those that only the running site needs are noted', async () => {
    const { found } = await check(files, { DE_SITE_VERSION: '1.0.1', PAT_DESIRED_EFFECT: TOKEN });
    expect(found('env')).toMatchObject({
      status: 'passed',
      findings: [{ id: 'env-keys-unset', what: 'The environment does not set DB_HOST.' }],
    });
  });

  test('one that is not set is missing', async () => {
    const { found } = await check(files, { DE_SITE_VERSION: '1.0.1' });
    expect(found('env')).toMatchObject({
      status: 'failed',
      findings: [
        { id: 'env-key-missing', what: 'PAT_DESIRED_EFFECT is missing from the environment.' },
        { id: 'env-keys-unset' },
      ],
    });
  });

  test('none set: the file is missing', async () => {
    const { found } = await check(files);
    expect(found('env')?.findings.map(({ id }) => id)).toEqual(['env-missing']);
  });

  test('an env file counts alone', async () => {
    const { found } = await check({ ...files, '.env': SITE['.env'] }, { DB_HOST: 'db' });
    expect(found('env')?.findings.map(({ subject }) => subject)).toContain('DB_HOST');
  });
});
