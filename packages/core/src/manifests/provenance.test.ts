import { expect, test } from '@jest/globals';
import { z } from 'zod';
import type { Manifest } from './manifest.ts';
import { provenanceOf } from './provenance.ts';
import { sampleManifest } from './sample-manifest.fixture.ts';

/** RFC 3986, with scheme and authority in lower case, as ResourceURI and TypeURI want it. */
const uri = z.string().refine((text) => {
  const [, start = ''] = /^([a-z][a-z0-9+.-]*:(?:\/\/[^/?#]*)?)/i.exec(text) ?? [];
  return (
    start !== '' &&
    start === start.toLowerCase() &&
    !/[^\w\-.~:/?#[\]@!$&'()*+,;=%]|%(?![0-9A-F]{2})/i.test(text)
  );
}, 'is not a normalized URI');
const timestamp = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/);
const LENGTHS: Readonly<Record<string, readonly number[]>> = { sha256: [64], gitCommit: [40, 64] };
const digestSet = z
  .record(z.string(), z.string().regex(/^[0-9a-f]+$/))
  .refine((set) => Object.keys(set).length > 0, 'is empty')
  .refine(
    (set) => Object.entries(set).every(([name, value]) => LENGTHS[name]?.includes(value.length) === true),
    'has a digest of another length',
  );
const descriptor = z
  .strictObject({
    name: z.string().optional(),
    uri: uri.optional(),
    digest: digestSet.optional(),
    content: z.base64().optional(),
    downloadLocation: uri.optional(),
    mediaType: z.string().optional(),
    annotations: z.record(z.string(), z.unknown()).optional(),
  })
  .refine((one) => one.uri !== undefined || one.digest !== undefined || one.content !== undefined);
const parameters = z.record(z.string(), z.unknown());
/** The rules of in-toto's Statement v1 and of SLSA's provenance v1 at build level 1. */
const statement = z.strictObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z
    .array(descriptor.refine((one) => one.digest !== undefined))
    .min(1)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length),
  predicateType: z.literal('https://slsa.dev/provenance/v1'),
  predicate: z.strictObject({
    buildDefinition: z.strictObject({
      buildType: uri,
      externalParameters: parameters.refine((given) => Object.keys(given).length > 0),
      internalParameters: parameters.optional(),
      resolvedDependencies: z.array(descriptor).optional(),
    }),
    runDetails: z.strictObject({
      builder: z.strictObject({
        id: uri,
        version: z.record(z.string(), z.string()).optional(),
        builderDependencies: z.array(descriptor).optional(),
      }),
      metadata: z
        .strictObject({
          invocationId: z.string().optional(),
          startedOn: timestamp.optional(),
          finishedOn: timestamp.optional(),
        })
        .refine(({ startedOn = '', finishedOn = '' }) => Date.parse(startedOn) <= Date.parse(finishedOn))
        .optional(),
      byproducts: z.array(descriptor).optional(),
    }),
  }),
});

const sample = sampleManifest();
const app = (changes: Partial<Manifest['apps'][number]>) => {
  const [first] = sample.apps;
  if (first === undefined) throw new Error('The sample has no app.');
  return { apps: [{ ...first, ...changes }] };
};

test.each<[string, Partial<Manifest>]>([
  ['the sample', {}],
  [
    'no frappe, no site repository, no base digest',
    {
      frappe: null,
      site: { commit: null, branch: null, dirty: false },
      image: { ...sample.image, baseImages: [{ reference: 'registry:5000/a/b:1', digest: null }] },
    },
  ],
  ['SHA-256 commits', app({ commit: 'ab'.repeat(32) })],
  ['a host in upper case', app({ url: 'https://GitHub.com/Acme/Erp Custom' })],
  ['a ref of many kinds', app({ ref: 'feature/größe#1%20' })],
  ['a target and a network', { target: 'Final Stage', network: 'host' }],
])('follows the specifications: %s', (_, changes) => {
  expect(statement.parse(provenanceOf(sampleManifest(changes)))).toBeDefined();
});

test('the rules reject other documents', () => {
  const good = provenanceOf(sample);
  expect(statement.safeParse({ ...good, subject: [{ name: 'x' }] }).success).toBe(false);
  expect(statement.safeParse({ ...good, subject: [{ digest: { sha256: 'ab' } }] }).success).toBe(false);
  expect(statement.safeParse({ ...good, predicate: { ...good.predicate, more: 1 } }).success).toBe(false);
});

test('names the image, its inputs, its builder and its times', () => {
  const { subject, predicate } = provenanceOf(sampleManifest({ target: 'final' }));
  const digest = { sha256: 'ab'.repeat(32) };
  const commit = { gitCommit: '0123456789abcdef0123456789abcdef01234567' };
  expect(subject).toEqual([{ name: 'acme/erp:1.4.0', digest }]);
  expect(predicate.buildDefinition.resolvedDependencies).toEqual([
    { name: 'frappe', uri: 'git+https://github.com/frappe/frappe@refs/heads/version-15', digest: commit },
    { name: 'erpnext', uri: 'git+https://github.com/frappe/erpnext@refs/tags/v15.38.0', digest: commit },
    {
      name: 'debian:bookworm-slim',
      uri: 'pkg:docker/debian@bookworm-slim?platform=linux%2Famd64',
      digest,
      annotations: { isFinal: true },
    },
    { name: 'site', digest: commit },
  ]);
  expect(predicate.buildDefinition.externalParameters).toEqual({
    siteVersion: '1.4.0',
    image: 'acme/erp:1.4.0',
    platform: 'linux/amd64',
    containerfile: { path: 'images/custom/Containerfile', digest },
    context: '.',
    dialect: 'secret',
    buildArgs: { PYTHON_VERSION: '3.11.9' },
    redactedBuildArgs: ['FRAPPE_PATH'],
    target: 'final',
  });
  expect(predicate.runDetails).toMatchObject({
    builder: { version: { 'de-build': '0.1.0', docker: '28.5.1' } },
    metadata: {
      invocationId: sample.planDigest,
      startedOn: '2026-08-01T09:58:48.000Z',
      finishedOn: '2026-08-01T10:00:00.000Z',
    },
  });
});

test.each([
  ['git@github.com:acme/erp.git', 'git+ssh://git@github.com/acme/erp.git'],
  ['ssh://git@Git.Example.com:2222/acme/erp', 'git+ssh://git@git.example.com:2222/acme/erp'],
  ['http://127.0.0.1:8080/acme/erp', 'git+http://127.0.0.1:8080/acme/erp'],
])('%s is %s', (remoteUrl, expected) => {
  const { resolvedDependencies } = provenanceOf(sampleManifest({ site: { ...sample.site, remoteUrl } }))
    .predicate.buildDefinition;
  expect(resolvedDependencies.at(-1)?.uri).toBe(expected);
});
