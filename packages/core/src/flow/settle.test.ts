import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Engine } from '../engine/engine.ts';
import { imagesNamed } from '../engine/images/named-images.fixture.ts';
import { defaultSiteConfig } from '../site/site-config.ts';
import type { FlowEvent } from './event.ts';
import { readJournal, startJournal } from './journal.ts';
import { settleLeftovers } from './settle.ts';
import { siteFolder } from './site-folder.ts';

let site: string;
beforeEach(async () => {
  site = await mkdtemp(join(tmpdir(), 'de-build-converge-'));
});
afterEach(() => rm(site, { recursive: true, force: true }));

const journalPath = () => siteFolder(site).of('records').journal;

function settle(tools: Parameters<typeof settleLeftovers>[2]) {
  const place = { folder: site, own: siteFolder(site), records: join(site, 'build-manifests') };
  return settleLeftovers({ ...place, config: defaultSiteConfig() }, 'records', tools);
}

const TEMPORARY = 'acme/erp:1.4.0-building-0123abcd';

function world(names: Record<string, string> = {}) {
  const reported: string[] = [];
  const { images } = imagesNamed(names);
  let connected = 0;
  const tools = {
    environment: {},
    engine: async () => {
      connected += 1;
      return { images } as unknown as Engine;
    },
    emit: (event: FlowEvent) => void (event.type === 'notice' && reported.push(event.text)),
  };
  return { tools, reported, names, connections: () => connected };
}

test('without leftovers nothing is done, and no engine is queried', async () => {
  const { tools, reported, connections } = world();
  await settle(tools);
  expect({ reported, connections: connections(), files: await readdir(site) }).toEqual({
    reported: [],
    connections: 0,
    files: [],
  });
});

test('only the temporary tag of a build that died is removed', async () => {
  const foreign = 'acme/erp:1.4.0-building-fedcba98';
  const { tools, reported, names } = world({ [TEMPORARY]: 'sha256:1', [foreign]: 'sha256:2' });
  await startJournal(journalPath(), [TEMPORARY]);
  await settle(tools);
  expect(names).toEqual({ [foreign]: 'sha256:2' });
  expect(reported).toEqual([expect.stringContaining(TEMPORARY)]);
  expect(await readJournal(journalPath())).toBeUndefined();
});

test('files that were never renamed go, and others stay', async () => {
  await mkdir(join(site, '.de-build', 'archives'), { recursive: true });
  await mkdir(join(site, 'build-manifests'));
  const left = [
    '..env.0123456789ab.tmp',
    '.de-build/.image-files.json.0123456789ab.tmp',
    '.de-build/archives/.0123456789ab.tmp',
    'build-manifests/.1.4.0.json.0123456789ab.tmp',
  ];
  const others = [
    '.env.tmp',
    '.env.0123456789ab.tmp',
    '.notes.0123456789ab.tmp',
    '..env.0123456789AB.tmp',
    'build-manifests/.mine.0123456789ab.tmp',
    '.de-build/x.tmp',
  ];
  for (const path of [...left, ...others]) await writeFile(join(site, path), '');
  await settle(world().tools);
  const files = await readdir(site, { recursive: true });
  expect(files).toEqual(expect.arrayContaining(others));
  for (const path of left) expect(files).not.toContain(path);
});

test('incomplete downloads are removed', async () => {
  const repository = join(site, '.de-build', 'mirror', 'github.com-a-b.git');
  for (const path of ['incoming/0123.git', 'refs/heads', 'sealed'])
    await mkdir(join(repository, path), { recursive: true });
  const left = [
    'incoming/0123.git/HEAD',
    'shallow.lock',
    'refs/heads/x.lock',
    'sealed/.a.json.0123456789ab.tmp',
  ];
  for (const path of [...left, 'HEAD']) await writeFile(join(repository, path), '');
  await settle({ ...world().tools, environment: { PATH: process.env.PATH } });
  const files = (await readdir(repository, { recursive: true })).sort();
  expect(files).toEqual(['HEAD', 'incoming', 'refs', 'refs/heads', 'sealed']);
});

test('an engine that does not answer leaves all for the next time', async () => {
  await startJournal(journalPath(), [TEMPORARY]);
  const { tools } = world();
  const down = { ...tools, engine: () => Promise.reject(new Error('no engine')) };
  await expect(settle(down)).rejects.toThrow('no engine');
  expect(await readJournal(journalPath())).toEqual({ temporary: [TEMPORARY] });
});

test('the files that a rebuild had written out go, with all that is in them', async () => {
  await mkdir(join(site, '.de-build', 'rebuild', 'tree'), { recursive: true });
  await writeFile(join(site, '.de-build', 'rebuild', 'tree', 'Containerfile'), 'FROM x\n');
  await settle(world().tools);
  expect(await readdir(join(site, '.de-build'))).not.toContain('rebuild');
});

test.each(['', '{', '{"schemaVersion":2}', 'null'])(
  'a journal that is none is an error: %j',
  async (text) => {
    await mkdir(join(site, '.de-build'));
    await writeFile(join(site, '.de-build', 'journal.json'), text);
    await expect(settle(world().tools)).rejects.toMatchObject({
      code: 'journal-unreadable',
      exitCode: 9,
    });
  },
);

test.each([
  ['a release', { release: { siteVersion: '1.4.0' } }, { kind: 'release', siteVersion: '1.4.0' }],
  ['names only', {}, undefined],
])('a journal of the first version is read: %s', async (_, rest, pending) => {
  await mkdir(join(site, '.de-build'));
  await writeFile(journalPath(), JSON.stringify({ schemaVersion: 1, temporary: [TEMPORARY], ...rest }));
  expect(await readJournal(journalPath())).toEqual({ temporary: [TEMPORARY], pending });
});

test('pending work of a kind that this version does not know is left for one that does', async () => {
  const journal = await startJournal(journalPath(), [TEMPORARY]);
  await journal.promise({ kind: 'teleport' });
  const { tools, names } = world({ [TEMPORARY]: 'sha256:1' });
  await expect(settle(tools)).rejects.toMatchObject({ code: 'journal-unreadable' });
  expect(names).toEqual({ [TEMPORARY]: 'sha256:1' });
});

test('what a run of the live site writes is left alone by a run of the records', async () => {
  await mkdir(join(site, '.de-build'));
  const live = join(site, '.de-build', '.live.journal.json.0123456789ab.tmp');
  await writeFile(live, '');
  await settle(world().tools);
  expect(await readdir(join(site, '.de-build'))).toEqual(['.live.journal.json.0123456789ab.tmp']);
});

test('pending work stays when the run ends without settling it', async () => {
  const journal = await startJournal(journalPath(), [TEMPORARY]);
  await journal.promise({
    kind: 'release',
    image: 'acme/erp',
    siteVersion: '1.4.0',
    reference: 'acme/erp:1.4.0',
    imageId: 'sha256:1',
    replaces: null,
    isReplacing: false,
    records: 'build-manifests',
    manifest: '{}',
    companions: [],
  });
  await journal.close();
  expect(await readJournal(journalPath())).toMatchObject({
    pending: { kind: 'release', siteVersion: '1.4.0' },
  });
  journal.settle();
  await journal.close();
  expect(await readJournal(journalPath())).toBeUndefined();
});
