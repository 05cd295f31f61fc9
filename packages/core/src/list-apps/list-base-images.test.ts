import { expect, test } from '@jest/globals';
import { engineNotRunning } from '../errors/engine-failures.ts';
import { registryUnreachable } from '../errors/engine-image-failures.ts';
import type { OpenSite } from '../flow/open-site.ts';
import type { Tools } from '../flow/tools.ts';
import { sampleManifest } from '../manifests/sample-manifest.fixture.ts';
import { parseContainerfile } from '../site/parse-containerfile.ts';
import { isOutdatedBase, listBaseImages } from './list-base-images.ts';

const OLD = `sha256:${'a'.repeat(64)}`;
const NEW = `sha256:${'b'.repeat(64)}`;

function siteOn(...bases: readonly string[]): OpenSite {
  const text = bases.map((base) => `FROM ${base}\n`).join('');
  const { containerfile } = parseContainerfile('Containerfile', Buffer.from(text));
  return { containerfile, config: {}, sources: { filledBuildArgs: {} } } as unknown as OpenSite;
}

/** @param here images of the engine, and their names by digest */
function toolsWith(
  here: Readonly<Record<string, readonly string[]>>,
  digestOf: (reference: string) => Promise<string | undefined>,
): Tools {
  const inspect = async (name: string) => here[name] && { id: NEW, repoDigests: here[name] };
  const engine = { images: { inspect }, registries: { digestOf } };
  const { signal } = new AbortController();
  return { environment: {}, signal, engine: async () => engine } as unknown as Tools;
}

const released = (...references: readonly string[]) => {
  const sample = sampleManifest();
  const baseImages = references.map((reference) => ({ reference, digest: OLD, isFinal: false }));
  return { ...sample, image: { ...sample.image, baseImages } };
};

test.each<
  [string, string, readonly string[] | undefined, () => Promise<string | undefined>, object, boolean]
>([
  ['is the same', 'a:1', undefined, async () => OLD, { state: 'same', now: OLD, from: 'registry' }, false],
  ['has moved', 'a:1', [`a@${OLD}`], async () => NEW, { state: 'moved', now: NEW, from: 'registry' }, true],
  ['is new', 'b:1', undefined, async () => NEW, { state: 'new', released: null, now: NEW }, true],
  [
    'was made here, and again since; no registry is asked',
    'a:1',
    [],
    () => Promise.reject(new Error('asked')),
    { state: 'moved', now: NEW, from: 'engine' },
    true,
  ],
  [
    'is in no registry, on an engine that gives every image a digest',
    'a:1',
    [`a@${NEW}`],
    async () => undefined,
    { state: 'moved', now: NEW, from: 'engine' },
    true,
  ],
  [
    'is nowhere',
    'a:1',
    undefined,
    async () => undefined,
    { state: 'unknown', why: 'Neither the engine nor its registry has it.' },
    false,
  ],
  [
    'is asked for without a network',
    'a:1',
    [`a@${OLD}`],
    () => Promise.reject(registryUnreachable('docker.io', 'a:1', 'no such host')),
    { state: 'unknown', why: expect.stringContaining('no such host') },
    false,
  ],
])('a base image that %s', async (_, reference, here, digestOf, expected, isOutdated) => {
  const tools = toolsWith(here === undefined ? {} : { [reference]: here }, digestOf);
  const [listed] = await listBaseImages(siteOn(reference), released('a:1'), tools);
  expect(listed).toMatchObject({ reference, ...expected });
  expect(listed && isOutdatedBase(listed)).toBe(isOutdated);
});

test('one that only the last release has is removed; scratch is none', async () => {
  const listed = await listBaseImages(
    siteOn('scratch'),
    released('a:1'),
    toolsWith({}, async () => OLD),
  );
  expect(listed).toMatchObject([{ reference: 'a:1', state: 'removed', released: OLD, now: null }]);
});

test('without an engine it is unknown', async () => {
  const tools = {
    ...toolsWith({}, async () => OLD),
    engine: () => Promise.reject(engineNotRunning('unix:///x')),
  };
  const listed = await listBaseImages(siteOn('a:1'), released('a:1'), tools);
  expect(listed).toMatchObject([{ state: 'unknown', now: null, why: expect.stringContaining('unix:///x') }]);
});
