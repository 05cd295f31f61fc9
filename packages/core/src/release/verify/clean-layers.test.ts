import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Unread } from '../../audit/leaks/leak.ts';
import { siteFolder } from '../../flow/site-folder.ts';
import { Secret } from '../../secrets/secret.ts';
import { openCleanLayers } from './clean-layers.ts';

let site: string;
beforeEach(() => {
  site = mkdtempSync(join(tmpdir(), 'de-build-clean-'));
});
afterEach(() => rmSync(site, { recursive: true, force: true }));

const PAT = new Secret('PAT', 'planted-0123456789');
const PASSWORD = new Secret('DB_PASSWORD', 'planted-9876543210');
const file = () => join(site, '.de-build/clean-layers.json');

const none: Unread = { unread: [], unreadOmitted: 0 };
const some: Unread = {
  unread: [{ path: 'opt/a.deb', inside: ['data.tar.xz'], why: 'It is packed by xz.' }],
  unreadOmitted: 3,
};

test('layers stay clean for the same secrets, in any order and with any names, with what is unread of them', async () => {
  const first = await openCleanLayers(siteFolder(site), [PAT, PASSWORD]);
  await first.keep(
    new Map([
      ['sha256:a', none],
      ['sha256:b', some],
    ]),
  );
  const again = await openCleanLayers(siteFolder(site), [PASSWORD, new Secret('OTHER', PAT.reveal())]);
  expect(['sha256:a', 'sha256:b', 'sha256:c'].map(again.unreadOf)).toEqual([none, some, undefined]);
  await again.keep(new Map([['sha256:c', none]]));
  const third = await openCleanLayers(siteFolder(site), [PAT, PASSWORD]);
  expect(['sha256:a', 'sha256:b', 'sha256:c'].map(third.unreadOf)).toEqual([none, some, none]);
});

test('another secret more, or one less, and nothing is known to be clean', async () => {
  await (await openCleanLayers(siteFolder(site), [PAT])).keep(new Map([['sha256:a', some]]));
  for (const secrets of [[PAT, PASSWORD], [PASSWORD], []]) {
    expect((await openCleanLayers(siteFolder(site), secrets)).unreadOf('sha256:a')).toBeUndefined();
  }
});

test('another search, or other limits of it, and nothing is known to be clean', async () => {
  await (await openCleanLayers(siteFolder(site), [PAT])).keep(new Map([['sha256:a', some]]));
  const kept = JSON.parse(readFileSync(file(), 'utf8'));
  const [version, limits] = JSON.parse(kept.search);
  for (const search of [
    [version - 1, limits],
    [version, { ...limits, depth: limits.depth - 1 }],
  ]) {
    writeFileSync(file(), JSON.stringify({ ...kept, search: JSON.stringify(search) }));
    expect((await openCleanLayers(siteFolder(site), [PAT])).unreadOf('sha256:a')).toBeUndefined();
  }
  writeFileSync(file(), JSON.stringify(kept));
  expect((await openCleanLayers(siteFolder(site), [PAT])).unreadOf('sha256:a')).toEqual(some);
});

test('the file stays small: the layers that were searched last are kept', async () => {
  const unread = Array.from({ length: 500 }, () => some.unread[0] as (typeof some.unread)[number]);
  const layers = Array.from({ length: 50 }, (_, index) => [`sha256:${index}`, { ...some, unread }] as const);
  await (await openCleanLayers(siteFolder(site), [PAT])).keep(new Map(layers));
  const again = await openCleanLayers(siteFolder(site), [PAT]);
  expect(layers.filter(([digest]) => again.unreadOf(digest) !== undefined)).toEqual(layers.slice(-40));
});

test('the file is for its owner only, and shows no secret', async () => {
  await (await openCleanLayers(siteFolder(site), [PAT, PASSWORD])).keep(new Map([['sha256:a', none]]));
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(readFileSync(file(), 'utf8')).not.toMatch(/planted|0123456789|9876543210/);
});

const EARLIER = JSON.stringify({ searchVersion: 4, salt: 'aa', secrets: 'bb', layers: ['sha256:a'] });

test.each(['', '{', '[]', '{"salt": 1, "layers": []}', 'null', EARLIER])(
  'a file that holds %j says nothing',
  async (text) => {
    await openCleanLayers(siteFolder(site), [PAT]);
    writeFileSync(file(), text);
    const layers = await openCleanLayers(siteFolder(site), [PAT]);
    expect(layers.unreadOf('sha256:a')).toBeUndefined();
    await layers.keep(new Map([['sha256:a', none]]));
    expect((await openCleanLayers(siteFolder(site), [PAT])).unreadOf('sha256:a')).toEqual(none);
  },
);
