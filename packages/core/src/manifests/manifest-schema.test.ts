import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import Ajv2020 from 'ajv/dist/2020.js';
import { manifestJsonSchema } from './manifest-schema.ts';
import { sampleManifest } from './sample-manifest.fixture.ts';

const published = new URL('../../schema/manifest.schema.json', import.meta.url);

test('the published JSON Schema is up to date', async () => {
  expect(JSON.parse(await readFile(published, 'utf8'))).toEqual(manifestJsonSchema());
});

test('the published JSON Schema accepts a manifest and rejects other documents', () => {
  const validate = new Ajv2020.Ajv2020({ strict: false, validateFormats: false }).compile(
    manifestJsonSchema(),
  );
  expect(validate(sampleManifest())).toBe(true);
  expect(validate({ ...sampleManifest(), later: 1 })).toBe(true);
  expect(validate({ ...sampleManifest(), apps: undefined })).toBe(false);
  expect(validate({ ...sampleManifest(), planDigest: 'x' })).toBe(false);
});
