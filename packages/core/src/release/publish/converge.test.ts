import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Engine } from '../../engine/engine.ts';
import { converge } from '../../flow/converge.ts';
import { readJournal, startJournal } from '../../flow/journal.ts';
import type { ReleaseEvent } from '../../flow/release-event.ts';
import { imagesNamed } from './named-images.fixture.ts';

let site: string;
beforeEach(async () => {
  site = await mkdtemp(join(tmpdir(), 'de-build-converge-'));
});
afterEach(() => rm(site, { recursive: true, force: true }));

const TEMPORARY = 'acme/erp:1.4.0-building-0123abcd';

function world(names: Record<string, string> = {}) {
  const told: string[] = [];
  const { images } = imagesNamed(names);
  let connected = 0;
  const tools = {
    environment: {},
    engine: async () => {
      connected += 1;
      return { images } as unknown as Engine;
    },
    emit: (event: ReleaseEvent) => void (event.type === 'notice' && told.push(event.text)),
  };
  return { tools, told, names, connections: () => connected };
}

test('where nothing was left nothing is done, and no engine is asked', async () => {
  const { tools, told, connections } = world();
  await converge(site, tools);
  expect({ told, connections: connections(), files: await readdir(site) }).toEqual({
    told: [],
    connections: 0,
    files: [],
  });
});

test('the name of a build that died goes, and no other', async () => {
  const foreign = 'acme/erp:1.4.0-building-fedcba98';
  const { tools, told, names } = world({ [TEMPORARY]: 'sha256:1', [foreign]: 'sha256:2' });
  await startJournal(site, [TEMPORARY]);
  await converge(site, tools);
  expect(names).toEqual({ [foreign]: 'sha256:2' });
  expect(told).toEqual([expect.stringContaining(TEMPORARY)]);
  expect(await readJournal(site)).toBeUndefined();
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
  await converge(site, world().tools);
  const files = await readdir(site, { recursive: true });
  expect(files).toEqual(expect.arrayContaining(others));
  for (const path of left) expect(files).not.toContain(path);
});

test('what was fetched by halves goes', async () => {
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
  await converge(site, { ...world().tools, environment: { PATH: process.env.PATH } });
  const files = (await readdir(repository, { recursive: true })).sort();
  expect(files).toEqual(['HEAD', 'incoming', 'refs', 'refs/heads', 'sealed']);
});

test('an engine that does not answer leaves all for the next time', async () => {
  await startJournal(site, [TEMPORARY]);
  const { tools } = world();
  const down = { ...tools, engine: () => Promise.reject(new Error('no engine')) };
  await expect(converge(site, down)).rejects.toThrow('no engine');
  expect(await readJournal(site)).toEqual({ temporary: [TEMPORARY] });
});

test('the files that a rebuild had written out go, with all that is in them', async () => {
  await mkdir(join(site, '.de-build', 'rebuild', 'tree'), { recursive: true });
  await writeFile(join(site, '.de-build', 'rebuild', 'tree', 'Containerfile'), 'FROM x\n');
  await converge(site, world().tools);
  expect(await readdir(join(site, '.de-build'))).not.toContain('rebuild');
});

test.each(['', '{', '{"schemaVersion":2}', 'null'])(
  'a journal that is none is an error: %j',
  async (text) => {
    await mkdir(join(site, '.de-build'));
    await writeFile(join(site, '.de-build', 'journal.json'), text);
    await expect(converge(site, world().tools)).rejects.toMatchObject({
      code: 'journal-unreadable',
      exitCode: 9,
    });
  },
);

test('what was promised stays when the run ends without having settled it', async () => {
  const journal = await startJournal(site, [TEMPORARY]);
  await journal.promise({
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
  expect(await readJournal(site)).toMatchObject({ release: { siteVersion: '1.4.0' } });
  journal.settle();
  await journal.close();
  expect(await readJournal(site)).toBeUndefined();
});
