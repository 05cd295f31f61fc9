import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import Ajv2020 from 'ajv/dist/2020.js';
import { packagesOfBill } from '../audit/read-bill.ts';
import { disagreementsWithin } from '../rebuild/find-edits.ts';
import { readManifest, readManifests } from './manifest-store.ts';
import { recordText } from './manifest-text.ts';
import { provenanceOf } from './provenance.ts';

/** The sample of `build-manifests/`, as a release writes it. */
const records = join(import.meta.dirname, '../../../../build-manifests');
const sample = join(records, 'sample');
const read = (file: string) => readFile(join(sample, file), 'utf8');

test('the sample matches the published JSON Schema', async () => {
  const schema = JSON.parse(
    await readFile(join(import.meta.dirname, '../../schema/manifest.schema.json'), 'utf8'),
  );
  const validate = new Ajv2020.Ajv2020({ strict: false, validateFormats: false }).compile(schema);
  expect(validate(JSON.parse(await read('1.4.0.json'))) ? [] : validate.errors).toEqual([]);
});

test('the sample is read as a record, without a problem, and is written the same way', async () => {
  const { manifests, problems } = await readManifests(sample);
  expect(problems).toEqual([]);
  expect(manifests.map(({ siteVersion }) => siteVersion)).toEqual(['1.4.0']);
  expect(manifests.map((manifest) => recordText(manifest))).toEqual([await read('1.4.0.json')]);
});

test('the sample agrees with its digests, its provenance and its bill of materials', async () => {
  const manifest = await readManifest(sample, '1.4.0');
  expect(disagreementsWithin(manifest)).toEqual([]);
  expect(JSON.parse(await read('1.4.0.intoto.json'))).toEqual(provenanceOf(manifest));
  const bill = await read('1.4.0.cdx.json');
  expect(JSON.parse(bill).metadata.component.properties).toEqual([
    { name: 'de-build:image:id', value: manifest.image.id },
  ]);
  expect(packagesOfBill(bill)).not.toHaveLength(0);
});

test('a site that is made from this repository has no release yet', async () => {
  expect(await readManifests(records)).toEqual({ manifests: [], problems: [] });
});
