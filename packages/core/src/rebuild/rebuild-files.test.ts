import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { OpenSite } from '../flow/open-site.ts';
import { siteFolder } from '../flow/site-folder.ts';
import type { Tools } from '../flow/tools.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { sampleManifest } from '../manifests/sample-manifest.fixture.ts';
import { defaultSiteConfig } from '../site/site-config.ts';
import { openRebuildFiles } from './rebuild-files.ts';
import type { RebuildSource } from './rebuild-report.ts';

const PATH = 'images/custom/Containerfile';
let site: string;
beforeEach(async () => {
  site = await mkdtemp(join(tmpdir(), 'de-build-files-'));
  git('init', '--quiet', '--initial-branch=main');
});
afterEach(() => rm(site, { recursive: true, force: true }));

function git(...args: string[]): string {
  const person = ['-c', 'user.name=x', '-c', 'user.email=x@example.invalid'];
  return execFileSync('git', ['-C', site, ...person, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  }).trim();
}

async function write(text: string): Promise<void> {
  await mkdir(dirname(join(site, PATH)), { recursive: true });
  await writeFile(join(site, PATH), text);
}

async function commit(text: string): Promise<string> {
  await write(text);
  git('add', '--all');
  git('commit', '--quiet', '--message=x');
  return git('rev-parse', 'HEAD');
}

function manifestOf(of: Partial<Manifest['site']>, text: string): Manifest {
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const sample = sampleManifest({ containerfile: { path: PATH, digest } });
  return { ...sample, site: { ...sample.site, ...of } };
}

const tools = {
  environment: { PATH: process.env.PATH, HOME: '/nonexistent' },
  signal: new AbortController().signal,
  emit: () => undefined,
} as unknown as Tools;

interface Taken {
  readonly source: RebuildSource;
  readonly text: string;
}

async function take(manifest: Manifest, inexact = false): Promise<Taken> {
  const config = defaultSiteConfig();
  const place = { folder: site, own: siteFolder(site), records: join(site, config.manifests), config };
  const release = { manifest, site: place as unknown as OpenSite, name: '1.4.0' };
  const isClean = async () => expect(await readdir(join(site, '.de-build'))).toEqual(['.gitignore']);
  try {
    const files = await openRebuildFiles(release, { inexact, scratchName: 'rebuild' }, tools);
    const text = await readFile(join(files.folder, PATH), 'utf8');
    await files.remove();
    return { source: files.source, text };
  } finally {
    await isClean();
  }
}

test('a clean site is taken from its commit, without a word', async () => {
  const old = await commit('FROM old\n');
  await commit('FROM new\n');
  expect(await take(manifestOf({ commit: old }, 'FROM old\n'))).toEqual({
    text: 'FROM old\n',
    source: { from: 'commit', commit: old, isExact: true },
  });
});

test.each<[string, string, RebuildSource['from']]>([
  ['is as it was then', 'dirty', 'folder'],
  ['is clean again', 'clean', 'commit'],
])('a site that was dirty, and %s', async (_what, now, from) => {
  const old = await commit('FROM old\n');
  if (now === 'dirty') await writeFile(join(site, 'more'), '');
  const { source } = await take(manifestOf({ commit: old, dirty: true }, 'FROM old\n'));
  expect(source).toMatchObject({ from, isExact: true, why: expect.stringContaining('uncommitted') });
});

test('a Containerfile that was never committed is found in the folder, and that is said', async () => {
  const old = await commit('FROM old\n');
  await write('FROM dirty\n');
  const { source, text } = await take(manifestOf({ commit: old, dirty: true }, 'FROM dirty\n'));
  expect([source.from, source.isExact, text]).toEqual(['folder', true, 'FROM dirty\n']);
});

test.each<[string, Partial<Manifest['site']>, string]>([
  ['a site without a repository', { commit: null }, 'in no git repository'],
  ['a commit that is gone', { commit: 'f'.repeat(40) }, 'does not have the commit'],
])('%s: the folder will do, if its Containerfile is the recorded one', async (_what, of, why) => {
  await commit('FROM old\n');
  const { source } = await take(manifestOf(of, 'FROM old\n'));
  expect(source).toMatchObject({ from: 'folder', isExact: true, why: expect.stringContaining(why) });
});

test('without the recorded Containerfile it is refused, with every reason; or taken on demand', async () => {
  const old = await commit('FROM old\n');
  await write('FROM new\n');
  const manifest = manifestOf({ commit: old }, 'FROM other\n');
  await expect(take(manifest)).rejects.toMatchObject({
    code: 'rebuild-files-differ',
    exitCode: 3,
    why: expect.stringMatching(/of that commit has the digest sha256:.*in the site's folder has the digest/),
  });
  expect(await take(manifest, true)).toMatchObject({
    text: 'FROM old\n',
    source: { from: 'commit', isExact: false, why: expect.stringContaining('not the recorded one') },
  });
});

test('without any Containerfile nothing will do', async () => {
  const manifest = manifestOf({ commit: null }, 'FROM old\n');
  await expect(take(manifest, true)).rejects.toMatchObject({
    code: 'rebuild-files-differ',
    why: expect.stringContaining('has no such file'),
  });
});
