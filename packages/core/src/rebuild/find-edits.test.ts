import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { digestCommits } from '../apps/commits-digest.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { writeCompanion } from '../manifests/companion.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { provenanceOf } from '../manifests/provenance.ts';
import { sampleManifest } from '../manifests/sample-manifest.fixture.ts';
import { assertUnedited } from './find-edits.ts';

let records: string;
beforeEach(async () => {
  records = await mkdtemp(join(tmpdir(), 'de-build-edits-'));
});
afterEach(() => rm(records, { recursive: true, force: true }));

function recorded(): Manifest {
  const sample = sampleManifest();
  const all = sample.frappe === null ? sample.apps : [sample.frappe, ...sample.apps];
  return {
    ...sample,
    cache: { ...sample.cache, digest: digestCommits(all) },
    image: { ...sample.image, labels: { 'io.de-build.plan.digest': sample.planDigest } },
  };
}

const other = 'f'.repeat(40);
const digest = `sha256:${'cd'.repeat(32)}`;

async function check(change: (manifest: Manifest) => Manifest, hasProvenance = true): Promise<unknown> {
  const manifest = recorded();
  if (hasProvenance) {
    const text = JSON.stringify(provenanceOf(manifest));
    await writeCompanion(records, { version: '1.4.0', companion: '.intoto.json' }, text);
  }
  const release = { manifest: change(manifest), site: { records } as unknown as OpenSite, name: '1.4.0' };
  return assertUnedited(release).catch((error: unknown) => error);
}

test.each([true, false])(
  'a manifest as it was written passes, with provenance: %s',
  async (hasProvenance) => {
    expect(await check((manifest) => manifest, hasProvenance)).toBeUndefined();
  },
);

test.each<[string, (manifest: Manifest) => Manifest, boolean, string]>([
  [
    'a commit',
    (manifest) => ({ ...manifest, apps: manifest.apps.map((app) => ({ ...app, commit: other })) }),
    false,
    'The digest of its commits is',
  ],
  [
    'a commit and the digest of commits',
    (manifest) => {
      const apps = manifest.apps.map((app) => ({ ...app, commit: other }));
      const all = manifest.frappe === null ? apps : [manifest.frappe, ...apps];
      return { ...manifest, apps, cache: { ...manifest.cache, digest: digestCommits(all) } };
    },
    true,
    'The provenance has erpnext at',
  ],
  ['the plan', (manifest) => ({ ...manifest, planDigest: digest }), false, "The image's label has the plan"],
  [
    "the image's id",
    (manifest) => ({ ...manifest, image: { ...manifest.image, id: digest } }),
    true,
    'The provenance has the image at',
  ],
  [
    'a base image',
    (manifest) => ({
      ...manifest,
      image: {
        ...manifest.image,
        baseImages: manifest.image.baseImages.map((base) => ({ ...base, digest })),
      },
    }),
    true,
    'The provenance has debian:bookworm-slim at',
  ],
])('%s edited by hand is named', async (_what, change, hasProvenance, words) => {
  const error = await check(change, hasProvenance);
  expect(error).toMatchObject({ code: 'manifest-edited', exitCode: 9, why: expect.stringContaining(words) });
});
