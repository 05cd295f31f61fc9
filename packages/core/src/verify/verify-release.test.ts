import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { digestFolder, readImageTree } from '../audit/image-tree.ts';
import { savedImage, type TarFile } from '../audit/saved-image.fixture.ts';
import type { Engine, ImageDetails } from '../engine/engine.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { sampleManifest } from '../manifests/sample-manifest.fixture.ts';
import { writeManifest } from '../manifests/write-manifest.fixture.ts';
import { verifyRelease } from './verify-release.ts';

const BENCH = 'home/frappe/frappe-bench';
const FILES: readonly TarFile[] = [
  [`${BENCH}/apps/erpnext/`],
  [`${BENCH}/apps/erpnext/setup.py`, 'setup'],
  [`${BENCH}/apps/frappe/setup.py`, 'frappe'],
];

let site: string;
beforeEach(async () => {
  site = await mkdtemp(join(tmpdir(), 'de-build-verify-'));
});
afterEach(() => rm(site, { recursive: true, force: true }));

/** The image of a release as it was, and what a test changes of it. */
interface World {
  readonly manifest: Manifest;
  readonly image: ImageDetails;
  readonly files: readonly TarFile[];
  readonly states: Readonly<Record<string, unknown>>;
  readonly isTagged: boolean;
}

async function createWorld(): Promise<World> {
  const tree = await readImageTree('x', await savedImage([FILES]));
  const manifest = sampleManifest();
  const [erpnext] = manifest.apps;
  if (erpnext === undefined) throw new Error('The sample has an app.');
  const labels = { ...manifest.image.labels, 'io.de-build.plan.digest': manifest.planDigest };
  const layers = [`sha256:${'12'.repeat(32)}`];
  return {
    manifest: sampleManifest({
      image: { ...manifest.image, labels, layers, treeDigest: tree.digest },
      apps: [{ ...erpnext, treeDigest: digestFolder(tree, `/${BENCH}/apps/erpnext`) ?? '' }],
    }),
    image: {
      id: manifest.image.id,
      tags: [...manifest.image.tags],
      repoDigests: [],
      createdAt: manifest.createdAt,
      sizeBytes: 1,
      labels,
      env: [],
      layers,
      platform: 'linux/amd64',
    },
    files: FILES,
    states: {
      frappe: { is_repo: true, resolution: { commit_hash: null } },
      erpnext: { is_repo: true, resolution: { commit_hash: erpnext.commit } },
    },
    isTagged: true,
  };
}

function engineWith({ image, files, states, isTagged, manifest }: World): Engine {
  const images = {
    inspect: async (asked: string) => {
      const isKnown = isTagged ? asked === manifest.image.reference : asked === image.id;
      return isKnown ? image : undefined;
    },
    readFile: async () => Buffer.from(JSON.stringify(states)),
    save: () => savedImage([files]),
  };
  return { images, about: async () => ({ dataFolder: '/var/lib/docker' }) } as unknown as Engine;
}

async function verified(change: (world: World) => World, files = true) {
  const world = change(await createWorld());
  await writeManifest(join(site, 'build-manifests'), world.manifest);
  const report = await verifyRelease({ site, release: '1.4.0', engine: engineWith(world), files });
  const named = (status: string) =>
    report.points
      .filter((point) => point.status === status)
      .map(({ id, subject }) => (subject === undefined ? id : `${id} ${subject}`));
  return { report, differs: named('differs'), unknown: named('unknown'), same: named('same') };
}

test('an unchanged release passes', async () => {
  const { report, differs, unknown, same } = await verified((world) => world);
  expect(report).toMatchObject({ passed: true, siteVersion: '1.4.0', reference: 'acme/erp:1.4.0' });
  expect(differs).toEqual([]);
  expect(unknown).toEqual(['app frappe']);
  expect(same).toEqual([
    'tag',
    'image-id',
    'plan',
    'labels',
    'layers',
    'app erpnext',
    'files',
    'app-files erpnext',
  ]);
});

const OTHER = `sha256:${'cd'.repeat(32)}`;

test.each<[string, (world: World) => World, readonly string[]]>([
  ['another image', (world) => ({ ...world, image: { ...world.image, id: OTHER } }), ['image-id']],
  ['no tag', (world) => ({ ...world, isTagged: false }), ['tag']],
  [
    'no image',
    (world) => ({ ...world, isTagged: false, image: { ...world.image, id: OTHER } }),
    ['tag', 'image-id'],
  ],
  [
    'a label changed and one more',
    (world) => ({
      ...world,
      image: {
        ...world.image,
        labels: { ...world.image.labels, 'org.opencontainers.image.version': '2', x: 'y' },
      },
    }),
    ['labels org.opencontainers.image.version', 'labels x'],
  ],
  [
    'no plan',
    (world) => {
      const { 'io.de-build.plan.digest': _, ...labels } = world.image.labels;
      return { ...world, image: { ...world.image, labels } };
    },
    ['plan'],
  ],
  ['another layer', (world) => ({ ...world, image: { ...world.image, layers: [OTHER] } }), ['layers']],
  [
    'another commit',
    (world) => ({
      ...world,
      states: { ...world.states, erpnext: { resolution: { commit_hash: 'ab'.repeat(20) } } },
    }),
    ['app erpnext'],
  ],
  ['no app', (world) => ({ ...world, states: { frappe: world.states.frappe } }), ['app erpnext']],
  [
    'a file of an app changed',
    (world) => ({ ...world, files: [...FILES, [`${BENCH}/apps/erpnext/setup.py`, 'other']] }),
    ['files', 'app-files erpnext'],
  ],
  ['a file next to the apps', (world) => ({ ...world, files: [...FILES, ['etc/new', '']] }), ['files']],
])('%s is named', async (_, change, expected) => {
  const { report, differs } = await verified(change);
  expect(report.passed).toBe(false);
  expect(differs).toEqual(expected);
});

test('reports what was expected and what was found', async () => {
  const { report } = await verified((world) => ({ ...world, image: { ...world.image, id: OTHER } }));
  expect(report.points.find(({ id }) => id === 'image-id')).toMatchObject({
    expected: sampleManifest().image.id,
    found: OTHER,
  });
});

test('what an older record does not say is unknown, and no failure', async () => {
  const { report, unknown } = await verified((world) => ({
    ...world,
    manifest: sampleManifest({
      image: { ...world.manifest.image, layers: undefined, treeDigest: undefined } as never,
    }),
  }));
  expect(report.passed).toBe(true);
  expect(unknown).toEqual(['layers', 'app frappe', 'files']);
});

test('files are skipped on request', async () => {
  const { report } = await verified((world) => ({ ...world, files: [] }), false);
  expect(report.passed).toBe(true);
  expect(report.points.some(({ id }) => id === 'files')).toBe(false);
});
