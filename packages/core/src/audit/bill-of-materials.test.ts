import { expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { type BillSources, billOfMaterials } from './bill-of-materials.ts';
import { appUrl, packageUrl } from './package-url.ts';
import { packagesOfBill } from './read-bill.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

const sources: BillSources = {
  image: 'acme/erp',
  siteVersion: '1.4.0',
  imageId: `sha256:${'ab'.repeat(32)}`,
  createdAt: '2026-08-01T10:00:00.000Z',
  deBuildVersion: '0.1.0',
  apps: [
    {
      name: 'frappe',
      url: 'https://github.com/frappe/frappe',
      ref: 'version-15',
      commit: COMMIT,
      version: '15.40.1',
    },
    {
      name: 'custom',
      url: 'https://git.acme.example/erp/custom.git',
      ref: 'main',
      commit: COMMIT,
      version: null,
    },
  ],
  packages: {
    system: 'debian',
    packages: [
      { ecosystem: 'debian', name: 'git', version: '1:2.39.2-1.1', architecture: 'amd64' },
      { ecosystem: 'node', name: '@vue/shared', version: '3.4.0' },
      { ecosystem: 'node', name: 'vue', version: '3.4.0' },
      { ecosystem: 'python', name: 'typing-extensions', version: '4.9.0' },
      { ecosystem: 'python', name: 'typing_extensions', version: '4.9.0' },
    ],
  },
};

/** The rules of bom-1.6.schema.json (CycloneDX, specification) for the parts that are written, copied by hand. */
const text = { type: 'string' };
const component = {
  type: 'object',
  required: ['type', 'name'],
  additionalProperties: false,
  properties: {
    type: {
      enum: [
        ...['application', 'framework', 'library', 'container', 'platform', 'operating-system', 'device'],
        ...['device-driver', 'firmware', 'file', 'machine-learning-model', 'data', 'cryptographic-asset'],
      ],
    },
    'bom-ref': { type: 'string', minLength: 1 },
    group: text,
    name: text,
    version: { type: 'string', maxLength: 1024 },
    purl: text,
    externalReferences: {
      type: 'array',
      items: {
        type: 'object',
        required: ['url', 'type'],
        additionalProperties: false,
        properties: { url: text, comment: text, type: { enum: ['vcs', 'website', 'distribution', 'other'] } },
      },
    },
    properties: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name'],
        additionalProperties: false,
        properties: { name: text, value: text },
      },
    },
  },
};
const schema = {
  type: 'object',
  required: ['bomFormat', 'specVersion'],
  additionalProperties: false,
  properties: {
    $schema: text,
    bomFormat: { enum: ['CycloneDX'] },
    specVersion: text,
    serialNumber: {
      type: 'string',
      pattern: '^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
    },
    version: { type: 'integer', minimum: 1 },
    metadata: {
      type: 'object',
      additionalProperties: false,
      properties: {
        timestamp: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$' },
        tools: {
          type: 'object',
          additionalProperties: false,
          properties: { components: { type: 'array', uniqueItems: true, items: component } },
        },
        component,
      },
    },
    components: { type: 'array', uniqueItems: true, items: component },
    dependencies: {
      type: 'array',
      uniqueItems: true,
      items: {
        type: 'object',
        required: ['ref'],
        additionalProperties: false,
        properties: {
          ref: { type: 'string', minLength: 1 },
          dependsOn: { type: 'array', uniqueItems: true, items: { type: 'string', minLength: 1 } },
        },
      },
    },
  },
};

test('is a CycloneDX 1.6 document', () => {
  const validate = new Ajv().compile(schema);
  const bill = billOfMaterials(sources);
  expect(validate(bill) ? [] : validate.errors).toEqual([]);
  expect(validate({ ...bill, components: [{ type: 'app', name: 'x' }] })).toBe(false);
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 });
});

test('every reference is unique and points to a component', () => {
  const bill = billOfMaterials(sources);
  const refs = [bill.metadata.component, ...bill.components].map((each) => each['bom-ref']);
  expect(new Set(refs).size).toBe(refs.length);
  for (const { ref, dependsOn } of bill.dependencies) {
    expect(refs).toContain(ref);
    for (const other of dependsOn) expect(refs).toContain(other);
  }
});

test('the same release gives the same bytes, another image another serial number', () => {
  expect(JSON.stringify(billOfMaterials(sources))).toBe(
    JSON.stringify(billOfMaterials(structuredClone(sources))),
  );
  const other = billOfMaterials({ ...sources, imageId: `sha256:${'cd'.repeat(32)}` });
  expect(other.serialNumber).not.toBe(billOfMaterials(sources).serialNumber);
});

test('its packages are read back unchanged', () => {
  const bill = JSON.stringify(
    billOfMaterials({
      ...sources,
      packages: { ...sources.packages, packages: sources.packages.packages.slice(0, 4) },
    }),
  );
  expect(packagesOfBill(bill)).toEqual(sources.packages.packages.slice(0, 4));
  expect(packagesOfBill('{}')).toBeUndefined();
  expect(packagesOfBill('{')).toBeUndefined();
});

test.each([
  [
    { ecosystem: 'python', name: 'Typing_Extensions', version: '4.9.0+x' },
    'pkg:pypi/typing-extensions@4.9.0%2Bx',
  ],
  [{ ecosystem: 'node', name: 'vue', version: '3.4.0' }, 'pkg:npm/vue@3.4.0'],
  [{ ecosystem: 'node', name: '@vue/shared', version: '3.4.0' }, 'pkg:npm/%40vue/shared@3.4.0'],
  [
    { ecosystem: 'debian', name: 'libstdc++6', version: '1:12.2.0-14+deb12u1~x', architecture: 'amd64' },
    'pkg:deb/debian/libstdc%2B%2B6@1:12.2.0-14%2Bdeb12u1~x?arch=amd64',
  ],
] as const)('the URL of %j', (found, url) => {
  expect(packageUrl(found)).toBe(url);
});

test.each([
  ['https://github.com/Frappe/ERPNext.git', `pkg:github/frappe/erpnext@${COMMIT}`],
  [
    'https://git.acme.example/erp/custom',
    `pkg:generic/custom@${COMMIT}?vcs_url=git%2Bhttps:%2F%2Fgit.acme.example%2Ferp%2Fcustom%40${COMMIT}`,
  ],
])('the URL of an app of %s', (url, expected) => {
  expect(appUrl({ name: 'custom', url, commit: COMMIT })).toBe(expected);
});
