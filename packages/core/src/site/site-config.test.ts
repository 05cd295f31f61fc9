import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { parseByteSize } from './byte-size.ts';
import { nearestName } from './nearest-name.ts';
import { readSiteConfig } from './read-site-config.ts';
import { defaultSiteConfig, siteConfigJsonSchema, siteConfigSchema } from './site-config.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'de-build-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function read(text: string) {
  writeFileSync(join(folder, 'de-build.json'), text);
  return readSiteConfig(folder);
}

test('without a file every default holds', async () => {
  expect(await readSiteConfig(folder)).toEqual({
    config: defaultSiteConfig(),
    findings: [],
    written: new Set(),
    unknown: new Set(),
  });
  expect(defaultSiteConfig()).toMatchObject({
    image: 'desiredeffect/erpnext-custom',
    containerfile: 'images/custom/Containerfile',
    env: '.env',
    versionKey: 'DE_SITE_VERSION',
    versionScheme: 'semver',
    buildArgsFromEnv: ['FRAPPE_PATH', 'FRAPPE_BRANCH', 'PYTHON_VERSION', 'NODE_VERSION'],
    minimumFreeDisk: 10e9,
  });
});

test('what is set is taken, and the rest has its default', async () => {
  const { config, findings } = await read(
    '{"$schema": "x", "image": "registry.example.com:5000/a/b", "minimumFreeDisk": "1.5 GiB", "context": "docker/", "buildArgs": {"FRAPPE_PATH": "https://${PAT}@h/o/frappe"}}',
  );
  expect(findings).toEqual([]);
  expect(config).toEqual({
    ...defaultSiteConfig(),
    $schema: 'x',
    image: 'registry.example.com:5000/a/b',
    context: 'docker',
    minimumFreeDisk: 1.5 * 2 ** 30,
    buildArgs: { FRAPPE_PATH: 'https://${PAT}@h/o/frappe' },
  });
});

describe('what is wrong is reported with its place, and has its default', () => {
  test.each([
    ['unknown key', '{\n  "imgae": "a/b"\n}', 'config-unknown-key', 2, 3],
    ['wrong type', '{"env":\n 5}', 'config-invalid', 2, 2],
    ['image with a tag', '{"image": "a/b:1"}', 'config-invalid', 1, 11],
    ['image in upper case', '{"image": "A/B"}', 'config-invalid', 1, 11],
    ['absolute path', '{"apps": "/etc/apps.json"}', 'config-invalid', 1, 10],
    ['bad size', '{"minimumFreeDisk": "lots"}', 'config-invalid', 1, 21],
    ['bad network', '{"network": "bridge"}', 'config-invalid', 1, 13],
    ['negative days', '{"tokenExpiryWarningDays": -1}', 'config-invalid', 1, 28],
    ['a build arg that is no text', '{"buildArgs": {"A": 1}}', 'config-invalid', 1, 21],
    ['an alias alone', '{"tokenAliases": [["A"]]}', 'config-invalid', 1, 19],
    ['not an object', '[]', 'config-invalid', 1, 1],
    ['not JSON', '{"env": }', 'json-syntax', 1, 9],
    ['twice', '{"env": "a", "env": "b"}', 'json-duplicate-key', 1, 14],
  ])('%s', async (_, text, id, line, column) => {
    const { config, findings } = await read(text);
    expect(findings).toMatchObject([{ id, severity: 'error', file: 'de-build.json', line, column }]);
    expect({ ...config, env: '.env' }).toEqual(defaultSiteConfig());
  });

  test('every wrong key is reported, with the name that was meant', async () => {
    const { findings } = await read('{"imgae": "a", "env": 1, "benchfolder": "x"}');
    expect(findings).toHaveLength(3);
    expect(findings.map((finding) => finding.fix).join()).toMatch(
      /`image`.*`benchFolder`|`benchFolder`.*`image`/,
    );
  });
});

describe('the published JSON Schema', () => {
  const published = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../schema/de-build.schema.json'), 'utf8'),
  );

  test('is what the zod schema gives; `npm run build && node scripts/write-schema.mjs` writes it', () => {
    expect(published).toEqual(siteConfigJsonSchema());
  });

  test('describes every key and gives it a default', () => {
    const properties = Object.entries<{ description?: string; default?: unknown }>(published.properties);
    expect(properties.map(([key]) => key)).toEqual(Object.keys(siteConfigSchema.shape));
    expect(properties.filter(([, each]) => each.description === undefined)).toEqual([]);
    const without = properties.filter(([, each]) => each.default === undefined).map(([key]) => key);
    expect(without).toEqual(['$schema', 'target', 'platform', 'builder']);
  });

  test('accepts and refuses as zod does', () => {
    const validate = new Ajv({ strict: false, formats: { uri: true } }).compile(published);
    for (const good of [
      {},
      { image: 'a/b' },
      { buildArgs: { A: 'x' } },
      { tokenAliases: [] },
      { ssh: 'default' },
    ]) {
      expect([good, validate(good)]).toEqual([good, true]);
      expect(siteConfigSchema.safeParse(good).success).toBe(true);
    }
    for (const bad of [
      { imgae: 'a' },
      { image: 'A' },
      { env: 1 },
      { network: 'x' },
      { tokenAliases: [['A']] },
    ]) {
      expect([bad, validate(bad)]).toEqual([bad, false]);
      expect(siteConfigSchema.safeParse(bad).success).toBe(false);
    }
  });
});

test.each([
  ['10GB', 10e9],
  ['10 gb', 10e9],
  ['1.5GiB', 1.5 * 2 ** 30],
  ['500', 500],
  ['500B', 500],
  ['2kib', 2048],
  ['0', 0],
  ['1 PB', undefined],
  ['GB', undefined],
  ['-1GB', undefined],
  ['', undefined],
  ['99999999999TB', undefined],
])('%j is %s bytes', (text, bytes) => {
  expect(parseByteSize(text)).toBe(bytes);
});

test.each([
  ['imgae', 'image'],
  ['IMAGE', 'image'],
  ['contianerfile', 'containerfile'],
  ['zebra', undefined],
  ['ev', undefined],
  ['env2', 'env'],
])('%s is most likely a typo of %s', (name, expected) => {
  expect(nearestName(name, ['image', 'containerfile', 'env', 'context'])).toBe(expected);
});
