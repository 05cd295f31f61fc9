import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Images } from '../../engine/engine.ts';
import { imagesNamed } from '../../engine/images/named-images.fixture.ts';
import { sampleManifest } from '../../manifests/sample-manifest.fixture.ts';
import { writeManifest } from '../../manifests/write-manifest.fixture.ts';
import { createRedactor } from '../../secrets/redactor.ts';
import { recordOf } from './describe-release.ts';
import { finishRelease } from './finish-release.ts';
import type { PendingRelease } from './pending-release.ts';

const OLD = `sha256:${'a'.repeat(64)}`;
const NEW = `sha256:${'b'.repeat(64)}`;
const OTHER = `sha256:${'c'.repeat(64)}`;
const REFERENCE = 'acme/erp:1.4.0';
const ASIDE = `acme/erp:1.4.0-replaced-${'a'.repeat(12)}`;

let site: string;
let records: string;
beforeEach(async () => {
  site = await mkdtemp(join(tmpdir(), 'de-build-finish-'));
  records = join(site, 'build-manifests');
});
afterEach(() => rm(site, { recursive: true, force: true }));

const manifestOf = (id: string) =>
  sampleManifest({ image: { ...sampleManifest().image, id, reference: REFERENCE } });

function pending(options: Partial<PendingRelease> = {}): PendingRelease {
  const { text, companions } = recordOf(manifestOf(NEW), undefined, createRedactor());
  return {
    image: 'acme/erp',
    siteVersion: '1.4.0',
    reference: REFERENCE,
    imageId: NEW,
    replaces: null,
    isReplacing: false,
    records: 'build-manifests',
    manifest: text,
    companions: [...companions],
    ...options,
  };
}

const forced = { isReplacing: true, replaces: { imageId: OLD, tag: '1.4.0' } };

async function contents(): Promise<Record<string, string>> {
  const names = await readdir(records).catch(() => []);
  const texts = await Promise.all(names.map((name) => readFile(join(records, name), 'utf8')));
  return Object.fromEntries(names.sort().map((name, index) => [name, texts[index] ?? '']));
}

/** Fails at the n-th change; what it does before is done. */
function failingAt(images: Images, n: number): Images {
  let left = n;
  const counted =
    <Given extends readonly unknown[]>(change: (...given: Given) => Promise<void>) =>
    (...given: Given) => {
      left -= 1;
      return left === 0 ? Promise.reject(new Error('The engine is gone.')) : change(...given);
    };
  return { ...images, tag: counted(images.tag), untag: counted(images.untag) };
}

test('a release of which nothing was done yet is finished', async () => {
  const { images, names } = imagesNamed({ [NEW]: NEW });
  const promised = pending();
  expect(await finishRelease(join(site, 'build-manifests'), promised, images)).toBe('finished');
  expect(names[REFERENCE]).toBe(NEW);
  expect(await contents()).toEqual({
    '1.4.0.json': promised.manifest,
    '1.4.0.intoto.json': promised.companions[0]?.text,
  });
  expect(await finishRelease(join(site, 'build-manifests'), promised, images)).toBe('was-complete');
});

describe.each([1, 2, 3])('with --force, cut off at change %d of the engine', (n) => {
  test('it is finished by the next run, as if it had not been', async () => {
    const { images, names } = imagesNamed({ [NEW]: NEW, [OLD]: OLD, [REFERENCE]: OLD });
    await writeManifest(records, manifestOf(OLD));
    await writeFile(join(records, '1.4.0.archives.json'), 'the old list');
    const old = await readFile(join(records, '1.4.0.json'), 'utf8');
    const promised = pending(forced);
    await finishRelease(join(site, 'build-manifests'), promised, failingAt(images, n)).catch(() => undefined);
    await finishRelease(join(site, 'build-manifests'), promised, images);
    expect(names).toEqual({ [NEW]: NEW, [OLD]: OLD, [REFERENCE]: NEW, [ASIDE]: OLD });
    expect(await contents()).toEqual({
      '1.4.0.json': promised.manifest,
      '1.4.0.intoto.json': promised.companions[0]?.text,
      '1.4.0-replaced-aaaaaaaaaaaa.json': old,
      '1.4.0-replaced-aaaaaaaaaaaa.archives.json': 'the old list',
    });
  });
});

describe('what cannot be finished is undone', () => {
  test('the image no longer exists', async () => {
    const { images, names } = imagesNamed({});
    expect(await finishRelease(join(site, 'build-manifests'), pending(), images)).toBe('undone');
    expect(names).toEqual({});
    expect(await contents()).toEqual({});
  });

  test('the image no longer exists, and the old record was already moved aside', async () => {
    const { images, names } = imagesNamed({ [OLD]: OLD, [REFERENCE]: OLD, [ASIDE]: OLD });
    await writeManifest(records, manifestOf(OLD));
    const old = await readFile(join(records, '1.4.0.json'), 'utf8');
    await writeFile(join(records, '1.4.0-replaced-aaaaaaaaaaaa.json'), old);
    await writeFile(join(records, '1.4.0-replaced-aaaaaaaaaaaa.archives.json'), 'the old list');
    expect(await finishRelease(join(site, 'build-manifests'), pending(forced), images)).toBe('undone');
    expect(names).toEqual({ [OLD]: OLD, [REFERENCE]: OLD });
    expect(await contents()).toEqual({ '1.4.0.json': old, '1.4.0.archives.json': 'the old list' });
  });

  test('somebody else has the tag by now', async () => {
    const { images, names } = imagesNamed({ [NEW]: NEW, [REFERENCE]: OTHER });
    expect(await finishRelease(join(site, 'build-manifests'), pending(), images)).toBe('undone');
    expect(names).toEqual({ [NEW]: NEW, [REFERENCE]: OTHER });
    expect(await contents()).toEqual({});
  });

  test('somebody else has the record by now', async () => {
    const { images, names } = imagesNamed({ [NEW]: NEW, [REFERENCE]: NEW });
    await writeManifest(records, manifestOf(OTHER));
    const before = await contents();
    expect(await finishRelease(join(site, 'build-manifests'), pending(), images)).toBe('undone');
    expect(names).toEqual({ [NEW]: NEW });
    expect(await contents()).toEqual(before);
  });
});
