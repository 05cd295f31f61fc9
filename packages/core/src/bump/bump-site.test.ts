import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readRecord, readRecords } from '../flow/read-records.ts';
import { sampleManifest } from '../manifests/sample-manifest.fixture.ts';
import { writeManifest } from '../manifests/write-manifest.fixture.ts';
import { bumpSite } from './bump-site.ts';

let site: string;
beforeEach(async () => {
  site = await mkdtemp(join(tmpdir(), 'de-build-bump-'));
});
afterEach(() => rm(site, { recursive: true, force: true }));

async function write(versionScheme: string, version: string, ...recorded: string[]) {
  await writeFile(join(site, 'de-build.json'), JSON.stringify({ versionScheme }));
  await writeFile(join(site, 'de-example.env'), '# @type=semver\nDE_SITE_VERSION=1.0.0\n');
  await writeFile(join(site, '.env'), `DE_SITE_VERSION=${version}\n`);
  for (const siteVersion of recorded)
    await writeManifest(join(site, 'build-manifests'), sampleManifest({ siteVersion }));
}

const options = () => ({ site, environment: { PATH: process.env.PATH } });

test.each([
  ['semver', '15.2.3', ['15.2.3-1', '15.2.3'], '15.2.3', '15.2.4'],
  ['revision', '15.2.3', ['15.2.3-1', '15.2.3'], '15.2.3-1', '15.2.3-2'],
  ['four-part', '1.2.3.9', ['1.2.3.9', '1.2.3.10'], '1.2.3.10', '1.2.3.11'],
  ['calver', '1.4.0', ['1.4.0', '2026.01.05'], '2026.01.05', '2026.11.28'],
])(
  '%s: after the newest release, not after the one in .env',
  async (scheme, version, recorded, newest, next) => {
    await write(scheme, version, ...recorded);
    expect((await readRecord(options())).siteVersion).toBe(newest);
    expect((await readRecords(options())).manifests).toHaveLength(2);
    const now = () => new Date('2026-11-28T10:00:00Z');
    expect(await bumpSite({ ...options(), to: 'next', now })).toMatchObject({ from: version, to: next });
    expect(await readFile(join(site, '.env'), 'utf8')).toBe(`DE_SITE_VERSION=${next}\n`);
  },
);

test('a version of another scheme is refused, with the one that is meant', async () => {
  await write('revision', '15.2.3');
  await expect(bumpSite({ ...options(), to: 'v15.2.3-1' })).rejects.toMatchObject({
    code: 'site-version-malformed',
    fix: expect.stringContaining('Give 15.2.3-1'),
  });
});

test.each([
  ['versionScheme', 'nope'],
  ['versionKey', 5],
  ['env', 5],
  ['manifests', 5],
])('with a wrong %s nothing is written', async (setting, value) => {
  await write('semver', '15.2.3');
  await writeFile(join(site, 'de-build.json'), JSON.stringify({ [setting]: value }));
  await expect(bumpSite({ ...options(), to: 'next' })).rejects.toMatchObject({
    code: 'setting-wrong',
    what: `\`${setting}\` of de-build.json is wrong.`,
  });
  expect(await readFile(join(site, '.env'), 'utf8')).toBe('DE_SITE_VERSION=15.2.3\n');
});
