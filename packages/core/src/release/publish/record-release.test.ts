import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DeBuildError } from '../../errors/de-build-error.ts';
import type { FlowEvent } from '../../flow/event.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import { readManifests } from '../../manifests/manifest-store.ts';
import { sampleManifest } from '../../manifests/sample-manifest.fixture.ts';
import { createRedactor } from '../../secrets/redactor.ts';
import { recordOf } from './describe-release.ts';
import { recordRelease } from './record-release.ts';

let site: string;
const reported: FlowEvent[] = [];
const redactor = createRedactor();
redactor.add({ name: 'PAT', value: 'planted-secret-value' });
beforeEach(async () => {
  site = await mkdtemp(join(tmpdir(), 'de-build-record-'));
  reported.length = 0;
});
afterEach(() => rm(site, { recursive: true, force: true }));

/** A release that has its tag. `settled` is whether the next run has nothing to do for it. */
function release({ manifest = sampleManifest(), force = false, undo = async () => {} } = {}) {
  const seen = { settled: false, undone: 0 };
  const decision = {
    plan: { reference: 'acme/erp:1.0.0' },
    force,
    site: { records: join(site, 'build-manifests') },
  };
  const journal = {
    promise: async () => {},
    settle: () => {
      seen.settled = true;
    },
    close: async () => {},
  };
  const tagging = {
    tags: [],
    undo: async () => {
      await undo();
      seen.undone += 1;
    },
  };
  const record = recordOf(manifest, undefined, redactor);
  const run = () =>
    recordRelease(decision, { record, tagging, journal }, { emit: (event) => reported.push(event) });
  return { run, seen };
}

function gone(): Promise<never> {
  throw new DeBuildError({ code: 'engine-lost', what: 'It does not answer.', why: '', fix: '', exitCode: 5 });
}

test('what could not be recorded loses its tag', async () => {
  await writeFile(join(site, 'build-manifests'), 'a file in the way');
  const { run, seen } = release();
  await expect(run()).rejects.toMatchObject({ code: 'manifest-not-written' });
  expect(seen).toEqual({ settled: true, undone: 1 });
});

test('when the tag cannot be removed either, both reasons are reported, and the next run finishes it', async () => {
  await writeFile(join(site, 'build-manifests'), 'a file in the way');
  const { run, seen } = release({ undo: gone });
  await expect(run()).rejects.toMatchObject({
    code: 'tag-not-taken-back',
    exitCode: 9,
    why: expect.stringMatching(/could not be recorded.*It does not answer/),
    fix: expect.stringContaining('docker image rm acme/erp:1.0.0'),
  });
  expect(seen).toEqual({ settled: false, undone: 0 });
});

test('a companion that cannot be written is reported, and the release is valid', async () => {
  const folder = join(site, 'build-manifests');
  await mkdir(join(folder, '1.4.0.intoto.json'), { recursive: true });
  const { run, seen } = release();
  expect(await run()).toBe(join(folder, '1.4.0.json'));
  expect(seen).toEqual({ settled: true, undone: 0 });
  expect(reported).toMatchObject([
    {
      type: 'notice',
      level: 'warning',
      text: expect.stringMatching(/not recorded: .*EISDIR.*is recorded\.$/),
    },
  ]);
});

test('companions are moved aside with the manifest, contain no secret and are not read as records', async () => {
  const folder = join(site, 'build-manifests');
  const version = '1.4.0-rc.1';
  const buildArgs: Manifest['buildArgs'] = { LEAK: { value: 'planted-secret-value', source: 'env' } };
  const manifest = sampleManifest({ siteVersion: version, buildArgs });
  for (const force of [false, true]) await release({ manifest, force }).run();
  expect((await readdir(folder)).sort()).toEqual([
    '1.4.0-rc.1-replaced-abababababab.intoto.json',
    '1.4.0-rc.1-replaced-abababababab.json',
    '1.4.0-rc.1.intoto.json',
    '1.4.0-rc.1.json',
  ]);
  const text = await readFile(join(folder, `${version}.intoto.json`), 'utf8');
  expect(text).not.toContain('planted');
  expect(text).toContain('[redacted PAT]');
  expect(await readManifests(folder)).toMatchObject({ manifests: [{ siteVersion: version }], problems: [] });
  expect(reported).toEqual([]);
});
