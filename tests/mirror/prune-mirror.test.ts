import { randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Engine } from '../../packages/core/src/engine/engine.ts';
import { imagesNamed } from '../../packages/core/src/engine/images/named-images.fixture.ts';
import { startJournal } from '../../packages/core/src/flow/journal.ts';
import { siteFolder } from '../../packages/core/src/flow/site-folder.ts';
import type { MirrorApp, PinnedSource } from '../../packages/core/src/git/mirror/mirror.ts';
import { findMirrorLeftovers } from '../../packages/core/src/git/mirror/mirror-leftovers.ts';
import type { Manifest } from '../../packages/core/src/manifests/manifest.ts';
import { sampleManifest } from '../../packages/core/src/manifests/sample-manifest.fixture.ts';
import { writeManifest } from '../../packages/core/src/manifests/write-manifest.fixture.ts';
import { pruneMirror } from '../../packages/core/src/prune/prune-mirror.ts';
import { runCli } from '../engine/run-cli.ts';
import { failureOf, git, type MirrorWorld, makeMirrorWorld, PATH } from './mirror-world.ts';

jest.setTimeout(120_000);

const HALF_MEGABYTE = 500_000;
let world: MirrorWorld;
let site: string;
beforeEach(async () => {
  world = await makeMirrorWorld();
  site = join(world.folder, 'site');
  await mkdir(site);
});
afterEach(() => world.remove());

const prune = (options: { readonly dryRun?: boolean; readonly engine?: Engine } = {}) =>
  pruneMirror({ site, environment: { PATH }, ...options });

/** Fetches commits of the app, each with half a megabyte of its own. */
async function fetchCommits(count: number): Promise<(MirrorApp & PinnedSource)[]> {
  const pins: (MirrorApp & PinnedSource)[] = [];
  for (let at = 0; at < count; at++) {
    await world.app.commit({ files: { 'big.txt': randomBytes(HALF_MEGABYTE / 2).toString('hex') } });
    const app = await world.resolve();
    pins.push({ ...app, ...(await world.openMirror().fetch(app)) } as MirrorApp & PinnedSource);
  }
  return pins;
}

async function record(
  siteVersion: string,
  { url, ref, kind, commit }: MirrorApp,
  changes: Partial<Manifest> = {},
) {
  const app = { name: 'warehouse', url, ref, kind, commit, version: null };
  const manifest = { ...sampleManifest({ siteVersion }), frappe: null, apps: [app], ...changes };
  await writeManifest(join(site, 'build-manifests'), manifest, { isReplacing: true });
}

/** What a build would get: all of the commit's files, through the server. */
async function expectServed(pinned: PinnedSource): Promise<void> {
  const source = await world.openMirror().fetch(pinned);
  await world.serve([source], async (server) => {
    const clone = join(world.folder, `clone-${randomBytes(4).toString('hex')}`);
    await git(['clone', '--quiet', '--branch', source.ref, server.urlOf(source), clone]);
    expect(await git(['-C', clone, 'rev-parse', 'HEAD'])).toBe(source.commit);
    expect((await stat(join(clone, 'big.txt'))).size).toBeGreaterThan(HALF_MEGABYTE * 0.9);
    await rm(clone, { recursive: true });
  });
}

async function expectWhole({ repository }: PinnedSource): Promise<void> {
  expect(await git(['--git-dir', repository, 'fsck', '--full', '--strict'])).toBe('');
}

test('commits that no manifest names go with their bytes; the others are served as before', async () => {
  const [first, second, third] = await fetchCommits(3);
  if (first === undefined || second === undefined || third === undefined)
    throw new Error('Three were fetched.');
  await record('1.0.0', first);
  await record('1.2.0', third);
  const predicted = await prune({ dryRun: true });
  expect(predicted).toMatchObject({
    dryRun: true,
    pins: 1,
    repositories: [{ dropped: [second.commit], kept: 2, isDamaged: false }],
  });
  expect((await world.openMirror().fetch(second)).origin).toBe('present');

  const pruned = await prune();
  expect(pruned).toMatchObject({
    dryRun: false,
    pins: 1,
    repositories: [{ dropped: [second.commit], kept: 2 }],
  });
  expect(pruned.freedBytes).toBeGreaterThan(HALF_MEGABYTE * 0.4);
  const wrong = Math.abs((predicted.freedBytes ?? 0) - (pruned.freedBytes ?? 0));
  expect(wrong).toBeLessThan(HALF_MEGABYTE * 0.1);
  for (const kept of [first, third]) {
    await expectServed(kept);
    expect((await world.openMirror().fetch(kept)).origin).toBe('present');
  }
  await expectWhole(first);
  expect(await prune()).toMatchObject({ repositories: [], pins: 0, freedBytes: 0 });
  expect((await world.openMirror().fetch({ ...second, isRecorded: true })).origin).toBe('fetched');
});

test('a record that --force moved aside keeps its commits', async () => {
  const [first, second] = await fetchCommits(2);
  if (first === undefined || second === undefined) throw new Error('Two were fetched.');
  await record('1.0.0', first);
  await record('1.0.0', second);
  expect(
    (await readdir(join(site, 'build-manifests'))).filter((name) => name.includes('-replaced-')),
  ).toHaveLength(1);
  expect(await prune()).toMatchObject({ pins: 0 });
  await expectServed(first);
});

test('the commits of a release that died before it was recorded stay', async () => {
  const [first, second] = await fetchCommits(2);
  if (first === undefined || second === undefined) throw new Error('Two were fetched.');
  await record('1.0.0', first);
  const { url, ref, kind, commit } = second;
  const app = { name: 'warehouse', url, ref, kind, commit, version: null };
  const manifest = { ...sampleManifest({ siteVersion: '1.1.0' }), frappe: null, apps: [app] };
  const journal = await startJournal(siteFolder(site).of('records').journal, ['acme/erp:1.1.0-building-1']);
  const promise = {
    kind: 'release',
    image: 'acme/erp',
    siteVersion: '1.1.0',
    reference: 'acme/erp:1.1.0',
    imageId: manifest.image.id,
    ...{ replaces: null, isReplacing: false, records: 'build-manifests', companions: [] },
  };
  await journal.promise({ ...promise, manifest: '{' });
  expect(await failureOf(prune({ dryRun: true }))).toMatchObject({ code: 'mirror-records-unreadable' });
  await journal.promise({ ...promise, manifest: JSON.stringify(manifest) });
  expect(await prune({ dryRun: true })).toMatchObject({ pins: 0 });
  const { images } = imagesNamed({
    'acme/erp:1.1.0-building-1': manifest.image.id,
    [manifest.image.id]: manifest.image.id,
  });
  expect(await prune({ engine: { images } as unknown as Engine })).toMatchObject({ pins: 0 });
  await expectServed(second);
});

test('the rest of a repository whose removal was interrupted is removed by the next run', async () => {
  const [first] = await fetchCommits(1);
  if (first === undefined) throw new Error('One was fetched.');
  await record('1.0.0', first);
  const gone = `${first.repository}.gone-0123abcd`;
  await cp(first.repository, gone, { recursive: true });
  expect(await findMirrorLeftovers(world.mirrorFolder)).toEqual([
    { path: gone, what: expect.stringContaining('removed'), repository: first.repository },
  ]);
  await prune();
  expect(await readdir(world.mirrorFolder)).not.toContain(basename(gone));
});

test('a repository that no manifest names is removed', async () => {
  const [first] = await fetchCommits(1);
  if (first === undefined) throw new Error('One was fetched.');
  await record('1.0.0', { ...first, commit: 'ab'.repeat(20) });
  expect((await prune()).freedBytes).toBeGreaterThan(HALF_MEGABYTE * 0.4);
  expect((await readdir(world.mirrorFolder)).filter((name) => !name.endsWith('.lock'))).toEqual([]);
});

test('nothing is removed when a record cannot be read, or there is none', async () => {
  const [first] = await fetchCommits(1);
  if (first === undefined) throw new Error('One was fetched.');
  expect(await failureOf(prune())).toMatchObject({ code: 'no-release-recorded', exitCode: 9 });
  await record('1.0.0', { ...first, commit: 'ab'.repeat(20) });
  await writeFile(join(site, 'build-manifests', '1.1.0.json'), '{');
  expect(await failureOf(prune())).toMatchObject({ code: 'mirror-records-unreadable', exitCode: 9 });
  await expectServed(first);
});

test('with damage in what stays, nothing is changed', async () => {
  const [first, second] = await fetchCommits(2);
  if (first === undefined || second === undefined) throw new Error('Two were fetched.');
  await record('1.0.0', first);
  const packs = join(first.repository, 'objects', 'pack');
  const indexes = (await readdir(packs)).filter((name) => name.endsWith('.idx'));
  const holding = await Promise.all(
    indexes.map(async (name) =>
      (await git(['verify-pack', '-v', join(packs, name)])).includes(first.commit) ? [name] : [],
    ),
  );
  for (const name of holding.flat()) await rm(join(packs, name));
  const left = (await readdir(packs)).sort();
  expect(await prune()).toMatchObject({ repositories: [{ dropped: [], isDamaged: true }], freedBytes: 0 });
  expect((await readdir(packs)).sort()).toEqual(left);
});

test('clones that run meanwhile are not disturbed', async () => {
  const pins = await fetchCommits(6);
  const [kept] = pins;
  if (kept === undefined) throw new Error('Six were fetched.');
  await record('1.0.0', kept);
  let isOver = false;
  const cloning = (async () => {
    for (let count = 0; ; count++) {
      if (isOver) return count;
      await expectServed(kept);
    }
  })();
  await sleep(200);
  const pruned = await prune();
  isOver = true;
  expect(await cloning).toBeGreaterThan(0);
  expect(pruned.pins).toBe(5);
});

/** Kills who called it, before or after its work, when it is called for so many a time. */
const DEADLY_GIT = `#!/bin/sh
calls=$(($(cat "$CALLS") + 1))
echo $calls > "$CALLS"
if [ $calls = "$KILL_AT" ] && [ "$KILL_WHEN" = before ]; then kill -9 $PPID; exit 1; fi
PATH=$REAL_PATH git "$@"
code=$?
if [ $calls = "$KILL_AT" ]; then kill -9 $PPID; fi
exit $code
`;

test('cut off by kill -9 around any git of it, what stays is whole, and the next run ends what was begun', async () => {
  const [kept] = await fetchCommits(2);
  if (kept === undefined) throw new Error('Two were fetched.');
  await record('1.0.0', kept);
  const saved = join(world.folder, 'saved');
  await cp(world.mirrorFolder, saved, { recursive: true });
  const bin = join(world.folder, 'bin');
  await mkdir(bin);
  const counter = join(world.folder, 'calls');
  const pruneUntil = async (at: number, when: 'before' | 'after') => {
    await rm(world.mirrorFolder, { recursive: true });
    await cp(saved, world.mirrorFolder, { recursive: true });
    await writeFile(counter, '0');
    // Variables do not reach git through de-build.
    const settings = `CALLS=${counter} KILL_AT=${at} KILL_WHEN=${when} REAL_PATH='${PATH}'\n`;
    await writeFile(join(bin, 'git'), DEADLY_GIT.replace('\n', `\n${settings}`), { mode: 0o755 });
    return runCli(['prune', '--mirror'], { folder: site, environment: { PATH: `${bin}:${PATH}` } });
  };
  expect(await pruneUntil(-1, 'before')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('Freed'),
  });
  const calls = Number(await readFile(counter, 'utf8'));
  expect(calls).toBeGreaterThan(5);
  const cuts = [
    ...Array.from({ length: calls }, (_, at) => [at + 1, 'before'] as const),
    [calls, 'after'] as const,
  ];
  for (const [at, when] of cuts) {
    expect((await pruneUntil(at, when)).exitCode).not.toBe(0);
    await expectServed(kept);
    await prune();
    await expectWhole(kept);
    await expectServed(kept);
    const names = await git(['--git-dir', kept.repository, 'for-each-ref', '--format=%(refname)']);
    expect(names.split('\n')).toHaveLength(2);
    const packs = await readdir(join(kept.repository, 'objects', 'pack'));
    expect(packs.filter((name) => name.endsWith('.pack'))).toHaveLength(1);
  }
});
