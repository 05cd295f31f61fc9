import { expect, test } from '@jest/globals';
import type { Engine, ImageDetails } from '../engine/engine.ts';
import { registryRefused } from '../errors/engine-image-failures.ts';
import type { Tools } from '../flow/tools.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { sampleManifest } from '../manifests/sample-manifest.fixture.ts';
import { createRedactor } from '../secrets/redactor.ts';
import { findBases } from './find-bases.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const other = `sha256:${'cd'.repeat(32)}`;

const tools = {
  environment: {},
  redactor: createRedactor(),
  signal: new AbortController().signal,
  emit: () => undefined,
} as unknown as Tools;

interface World {
  /** What the engine has: name or id → id and digests. */
  readonly images?: Readonly<Record<string, Pick<ImageDetails, 'id' | 'repoDigests'>>>;
  /** What a pull of it by digest puts there. */
  readonly registry?: Pick<ImageDetails, 'id' | 'repoDigests'>;
}

function engineOf({ images = {}, registry }: World) {
  const here: Record<string, unknown> = { ...images };
  const pulled: string[] = [];
  const engine = {
    images: { inspect: async (name: string) => here[name] },
    registries: {
      pull: async (name: string) => {
        pulled.push(name);
        if (registry === undefined) throw registryRefused('docker.io', name, 'not found');
        here[name] = registry;
      },
    },
  };
  return { engine: engine as unknown as Engine, pulled };
}

const reference = 'debian:bookworm-slim';

async function find(world: World, options: object = {}, base: object = {}) {
  const sample = sampleManifest();
  const manifest: Manifest = {
    ...sample,
    image: { ...sample.image, baseImages: [{ reference, digest, isFinal: true, ...base }] },
  };
  const { engine, pulled } = engineOf(world);
  const found = findBases(manifest, { engine, inexact: false, dryRun: false, ...options }, tools);
  return { found, pulled };
}

test.each<[string, World, object, object]>([
  ['its name has its id', { images: { [reference]: { id: digest, repoDigests: [] } } }, {}, { from: 'name' }],
  [
    'its name has its digest',
    { images: { [reference]: { id: other, repoDigests: [`debian@${digest}`] } } },
    {},
    { from: 'name' },
  ],
  [
    'its name moved, its id is there',
    { images: { [reference]: { id: other, repoDigests: [] }, [digest]: { id: digest, repoDigests: [] } } },
    {},
    { from: 'engine', imageId: digest },
  ],
  [
    'its name is gone, its digest is there',
    { images: { [`debian@${digest}`]: { id: other, repoDigests: [] } } },
    {},
    { from: 'engine', imageId: other },
  ],
  [
    'its registry has it',
    { registry: { id: other, repoDigests: [] } },
    {},
    { from: 'registry', imageId: other },
  ],
  ['its registry is not asked in a dry run', {}, { dryRun: true }, { from: 'registry', imageId: undefined }],
  ['nothing has it, and another will do', {}, { inexact: true }, { from: 'other', imageId: undefined }],
])('%s', async (_what, world, options, expected) => {
  const { found, pulled } = await find(world, options);
  expect(await found).toMatchObject([{ reference, digest, ...expected }]);
  if ((expected as { from: string }).from !== 'registry')
    expect(pulled.length).toBe(Object.keys(world).length === 0 ? 1 : 0);
});

test('a base image that is nowhere is refused, with what was tried', async () => {
  const { found } = await find({});
  await expect(found).rejects.toMatchObject({
    code: 'rebuild-base-image-gone',
    exitCode: 5,
    why: expect.stringContaining('not found'),
  });
});

test('so is one of which the record has no digest', async () => {
  const { found } = await find({}, {}, { digest: null });
  await expect(found).rejects.toMatchObject({ code: 'rebuild-base-image-unknown' });
  expect(await (await find({}, { inexact: true }, { digest: null })).found).toMatchObject([
    { from: 'other' },
  ]);
});

test('a base image that is named by its digest is fetched by it alone', async () => {
  const world = { registry: { id: other, repoDigests: [] } };
  const { found, pulled } = await find(world, {}, { reference: `registry.example.com/debian:12@${digest}` });
  await found;
  expect(pulled).toEqual([`registry.example.com/debian@${digest}`]);
});
