import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Engine, TaggedImage } from '../engine/engine.ts';
import { imagesNamed } from '../engine/images/named-images.fixture.ts';
import { startJournal } from '../flow/journal.ts';
import { siteFolder } from '../flow/site-folder.ts';
import { withLockedSite } from '../flow/with-locked-site.ts';
import { readArchives } from '../manifests/archives.ts';
import { sampleManifest } from '../manifests/sample-manifest.fixture.ts';
import { writeManifest } from '../manifests/write-manifest.fixture.ts';
import { type DoctorOptions, diagnoseSite } from './diagnose-site.ts';

const environment = { PATH: process.env.PATH };
const { id } = sampleManifest().image;

let site: string;
beforeEach(async () => {
  site = await mkdtemp(join(tmpdir(), 'de-build-doctor-'));
  await writeFile(join(site, 'de-build.json'), '{ "image": "acme/erp" }');
});
afterEach(() => rm(site, { recursive: true, force: true }));

/** An engine with these names; `diagnose` says id, state and severity of what is found. */
function world(names: Record<string, string> = {}) {
  const { images } = imagesNamed(names);
  const list = async (wanted: string) =>
    Object.entries(names).flatMap(([name, imageId]) => {
      const [repository, tag] = name.split(':');
      return repository === wanted ? [{ tag, id: imageId } as TaggedImage] : [];
    });
  const engine = { images: { ...images, list }, close: async () => {} } as unknown as Engine;
  const diagnose = async (options: Partial<DoctorOptions> = {}) => {
    const { diagnoses, remaining } = await diagnoseSite({ site, environment, engine, ...options });
    const found = diagnoses.map(({ finding, state }) => `${finding.severity} ${finding.id} ${state}`);
    return { found, remaining };
  };
  return { names, diagnose };
}

test('a site where nothing ever happened is well, and nothing is made there', async () => {
  expect(await world().diagnose()).toEqual({ found: [], remaining: 0 });
  expect(await readdir(site)).toEqual(['de-build.json']);
});

test('a wrong name of the image: its finding, and none about the default image', async () => {
  await writeFile(join(site, 'de-build.json'), '{ "image": "acme/erp:15" }');
  const { diagnose } = world({ 'desiredeffect/erpnext-custom:1.4.0': id });
  expect(await diagnose()).toEqual({ found: ['error config-invalid found'], remaining: 1 });
});

test('leftovers of a dead run are shown, and repaired on request', async () => {
  const temporary = 'acme/erp:1.4.0-building-0123abcd';
  const { names, diagnose } = world({ [temporary]: 'sha256:1' });
  await startJournal(siteFolder(site).of('records').journal, [temporary]);
  await mkdir(join(site, '.de-build/mirror/a.git/incoming/0123.git'), { recursive: true });
  await writeFile(join(site, '..env.0123456789ab.tmp'), '');
  await mkdir(join(site, '.de-build/rebuild/tree'), { recursive: true });
  const ids = ['unfinished-run', 'temporary-file-left', 'temporary-file-left', 'mirror-leftover'];
  const all = (state: string) => ids.map((each) => `error ${each} ${state}`);
  expect(await diagnose()).toEqual({ found: all('found'), remaining: 4 });
  expect(await diagnose({ repair: true, dryRun: true })).toEqual({
    found: all('would-repair'),
    remaining: 4,
  });
  expect(names).toEqual({ [temporary]: 'sha256:1' });
  expect(await diagnose({ repair: true })).toEqual({ found: all('repaired'), remaining: 0 });
  expect(await diagnose()).toEqual({ found: [], remaining: 0 });
  expect(names).toEqual({});
});

test('a whole archive gets onto its list; one that is damaged, or of no release, is left alone', async () => {
  await writeManifest(join(site, 'build-manifests'), sampleManifest());
  const folder = join(site, '.de-build/archives');
  await mkdir(folder, { recursive: true });
  const bytes = gzipSync('blobs/ and more of a layout');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const name = `acme-erp_1.4.0_${sha256.slice(0, 12)}.tar.gz`;
  await writeFile(join(folder, name), bytes);
  await writeFile(join(folder, 'acme-erp_1.4.0_0123456789ab.tar.gz'), 'damaged');
  await writeFile(join(folder, `acme-erp_9.9.9_${sha256.slice(0, 12)}.tar.gz`), bytes);
  const { diagnose } = world({ [id]: id, 'acme/erp:1.4.0': id });
  expect(await diagnose({ repair: true })).toEqual({
    found: ['error archive-unlisted repaired'],
    remaining: 0,
  });
  expect(await readArchives(join(site, 'build-manifests'), '1.4.0')).toMatchObject([
    { kind: 'file', path: `.de-build/archives/${name}`, sha256, layout: 'oci', imageId: id },
  ]);
  await rm(join(folder, name));
  expect(await diagnose()).toEqual({ found: ['warning archive-gone found'], remaining: 0 });
});

test('a lost tag is restored; what may belong to others is reported and left alone', async () => {
  await writeManifest(join(site, 'build-manifests'), sampleManifest());
  const others = {
    'acme/erp:1.4.0-building-fedcba98': 'sha256:2',
    'acme/erp:1.3.0': 'sha256:3',
    'acme/erp:latest': 'sha256:3',
    'acme/erp:1.4.0-quarantined-0123456789ab': 'sha256:5',
    'acme/erp:1.4.0-replaced-0123456789ab': 'sha256:4',
  };
  const { names, diagnose } = world({ [id]: id, ...others });
  const foreign = (state: string) => [
    `warning building-elsewhere ${state}`,
    `warning image-quarantined ${state}`,
    `warning tag-unrecorded ${state}`,
  ];
  expect(await diagnose()).toEqual({ found: ['error tag-lost found', ...foreign('found')], remaining: 1 });
  expect(await diagnose({ repair: true })).toEqual({
    found: ['error tag-lost repaired', ...foreign('left')],
    remaining: 0,
  });
  expect(names).toEqual({ [id]: id, ...others, 'acme/erp:1.4.0': id });
});

test('what cannot be repaired remains', async () => {
  await mkdir(join(site, '.de-build'));
  await mkdir(join(site, 'build-manifests'));
  await writeFile(join(site, '.de-build/journal.json'), '{');
  await writeFile(join(site, 'build-manifests/1.0.0.json'), '{');
  expect(await world().diagnose({ repair: true })).toEqual({
    found: ['error journal-unreadable left', 'error manifest-broken left'],
    remaining: 2,
  });
});

test('while another run is at work nothing is touched', async () => {
  const { diagnose } = world();
  await withLockedSite({ site, what: 'build', environment }, async () => {
    await expect(diagnose({ repair: true })).rejects.toMatchObject({ code: 'site-locked' });
  });
});

test('a site that is not there', async () => {
  await expect(diagnoseSite({ site: join(site, 'none') })).rejects.toMatchObject({ code: 'site-not-found' });
});
