import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { billOfMaterials } from '../audit/bill-of-materials.ts';
import type { Engine } from '../engine/engine.ts';
import { repositoryFolderName } from '../git/mirror/mirror-repository.ts';
import { writeCompanion } from '../manifests/companion.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { sampleManifest } from '../manifests/sample-manifest.fixture.ts';
import { writeManifest } from '../manifests/write-manifest.fixture.ts';
import { diffReleases } from './diff-releases.ts';

const URL_OF_ERPNEXT = 'https://github.com/frappe/erpnext';
const environment = { PATH: process.env.PATH };

let site: string;
beforeEach(async () => {
  site = await mkdtemp(join(tmpdir(), 'de-build-diff-'));
});
afterEach(() => rm(site, { recursive: true, force: true }));

function git(folder: string, ...args: readonly string[]): string {
  const env = {
    ...environment,
    HOME: site,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@acme.example',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@acme.example',
  };
  return execFileSync('git', ['-C', folder, ...args], { env, encoding: 'utf8' }).trim();
}

/** The mirror of erpnext with these commits, one after the other. @returns their ids */
async function mirrorOf(
  commits: readonly (readonly [subject: string, files: Readonly<Record<string, string>>])[],
) {
  const work = join(site, 'work');
  await mkdir(work);
  git(work, 'init', '--quiet', '--initial-branch=main');
  const ids: string[] = [];
  for (const [subject, files] of commits) {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(work, path)), { recursive: true });
      await writeFile(join(work, path), text);
    }
    git(work, 'add', '--all');
    git(work, 'commit', '--quiet', '-m', subject);
    ids.push(git(work, 'rev-parse', 'HEAD'));
  }
  const mirror = join(site, '.de-build', 'mirror');
  await mkdir(mirror, { recursive: true });
  git(site, 'clone', '--quiet', '--bare', work, join(mirror, repositoryFolderName(URL_OF_ERPNEXT)));
  return ids;
}

function release(siteVersion: string, changes: Partial<Manifest> & { readonly commit?: string }): Manifest {
  const { commit, ...rest } = changes;
  const sample = sampleManifest({ siteVersion });
  const apps = sample.apps.map((app) => ({ ...app, commit: commit ?? app.commit }));
  return { ...sample, apps, ...rest };
}

async function recorded(...manifests: readonly Manifest[]) {
  for (const manifest of manifests) await writeManifest(join(site, 'build-manifests'), manifest);
}

const noEngine = { images: { inspect: async () => undefined } } as unknown as Engine;

test('an app that moved is reported with its commits, files and verdict from the mirror', async () => {
  const [first = '', , third = ''] = await mirrorOf([
    ['First', { 'erpnext/patches.txt': 'a.b\n', 'erpnext/x.py': '1' }],
    ['Second: fix it', { 'erpnext/x.py': '2' }],
    ['Third: add a patch', { 'erpnext/patches.txt': 'a.b\na.c\n' }],
  ]);
  await recorded(release('1.4.0', { commit: first }), release('1.5.0', { commit: third }));
  const diff = await diffReleases({
    site,
    from: '1.4.0',
    to: '1.5.0',
    environment,
    engine: noEngine,
    offline: true,
  });
  expect(diff.apps).toMatchObject({
    added: [],
    removed: [],
    same: ['frappe'],
    moved: [
      {
        name: 'erpnext',
        from: { commit: first },
        to: { commit: third },
        compareUrl: `${URL_OF_ERPNEXT}/compare/${first}...${third}`,
        commits: {
          known: true,
          ahead: 2,
          behind: 0,
          subjects: ['Third: add a patch', 'Second: fix it'],
        },
        changedFiles: ['erpnext/patches.txt', 'erpnext/x.py'],
      },
    ],
  });
  expect(diff.deployment).toMatchObject({ verdict: 'irreversible-without-backup', unknown: [] });
  expect(diff.packages).toMatchObject({ known: false, why: expect.stringContaining('1.4.0') });

  const back = await diffReleases({
    site,
    from: '1.5.0',
    to: '1.4.0',
    environment,
    engine: noEngine,
    offline: true,
  });
  expect(back.apps.moved[0]).toMatchObject({
    commits: { known: true, ahead: 0, behind: 2, subjects: [] },
    changedFiles: ['erpnext/patches.txt', 'erpnext/x.py'],
  });
});

test('without a mirror the records are compared, and what is not known is said', async () => {
  const other = 'ab'.repeat(20);
  await recorded(release('1.4.0', {}), release('1.5.0', { commit: other }));
  const diff = await diffReleases({ site, from: '1.4.0', environment, engine: noEngine, offline: true });
  expect(diff.to.siteVersion).toBe('1.5.0');
  expect(diff.apps.moved[0]).toMatchObject({ commits: { known: false }, changedFiles: null });
  expect(diff.deployment).toMatchObject({ verdict: 'unknown', unknown: [{ app: 'erpnext' }] });
});

test('inputs, build args, base images and packages are compared', async () => {
  const digest = `sha256:${'cd'.repeat(32)}`;
  const from = release('1.4.0', {});
  const to = release('1.5.0', {
    containerfile: { ...from.containerfile, digest },
    buildArgs: { PYTHON_VERSION: { value: '3.12.1', source: 'env' } },
    image: {
      ...from.image,
      reference: 'acme/erp:1.5.0',
      sizeBytes: 5,
      baseImages: [{ reference: 'debian:trixie-slim', digest, isFinal: true }],
    },
    apps: [],
  });
  await recorded(from, to);
  for (const [manifest, version] of [
    [from, '2.31.0'],
    [to, '2.32.0'],
  ] as const) {
    const bill = billOfMaterials({
      image: 'acme/erp',
      siteVersion: manifest.siteVersion,
      imageId: manifest.image.id,
      createdAt: manifest.createdAt,
      deBuildVersion: '0.1.0',
      apps: manifest.apps,
      packages: { system: 'debian', packages: [{ ecosystem: 'python', name: 'requests', version }] },
    });
    const file = { version: manifest.siteVersion, companion: '.cdx.json' } as const;
    await writeCompanion(join(site, 'build-manifests'), file, JSON.stringify(bill));
  }
  const diff = await diffReleases({
    site,
    from: '1.4.0',
    to: '1.5.0',
    environment,
    engine: noEngine,
    offline: true,
  });
  expect(diff).toMatchObject({
    from: { sizeBytes: 1_234_567_890 },
    to: { sizeBytes: 5 },
    apps: { removed: [{ name: 'erpnext' }], moved: [] },
    baseImages: [
      { name: 'debian:trixie-slim', from: null, to: digest },
      { name: 'debian:bookworm-slim', to: null },
    ],
    buildArgs: [
      { name: 'PYTHON_VERSION', from: '3.11.9', to: '3.12.1' },
      { name: 'FRAPPE_PATH', from: '[redacted]', to: null },
    ],
    inputs: [{ name: 'Containerfile digest', to: digest }],
    packages: {
      known: true,
      changes: [{ ecosystem: 'python', name: 'requests', from: '2.31.0', to: '2.32.0' }],
    },
    deployment: { verdict: 'irreversible-without-backup' },
  });
});

test('a release with itself differs in nothing, and only pulls', async () => {
  await recorded(release('1.4.0', {}));
  const diff = await diffReleases({
    site,
    from: '1.4.0',
    to: '1.4.0',
    environment,
    engine: noEngine,
    offline: true,
  });
  expect(diff).toMatchObject({
    apps: { added: [], removed: [], moved: [] },
    baseImages: [],
    buildArgs: [],
    inputs: [],
    deployment: { verdict: 'pull-only' },
  });
});

test('a release that was not recorded is an error', async () => {
  await recorded(release('1.4.0', {}));
  const outcome = diffReleases({ site, from: '1.3.0', environment, engine: noEngine, offline: true });
  await expect(outcome).rejects.toMatchObject({ code: 'manifest-not-found' });
});

test.each([
  ['revision', 'migrate-needed'],
  ['semver', 'irreversible-without-backup'],
])('from 15.2.3 to 15.2.3-1 is forward or back, by the scheme: %s', async (versionScheme, verdict) => {
  await writeFile(join(site, 'de-build.json'), JSON.stringify({ versionScheme }));
  const [first = '', second = ''] = await mirrorOf([
    ['First', { 'erpnext/hooks.py': 'a = 1' }],
    ['Second', { 'erpnext/hooks.py': 'a = 2' }],
  ]);
  await recorded(release('15.2.3', { commit: first }), release('15.2.3-1', { commit: second }));
  const range = { from: '15.2.3', to: '15.2.3-1' };
  const diff = await diffReleases({ site, ...range, environment, engine: noEngine, offline: true });
  expect(diff.deployment.verdict).toBe(verdict);
});
