import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Engine, EngineInfo } from '../engine/engine.ts';
import { openSite } from '../flow/open-site.ts';
import type { Tools } from '../flow/tools.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { sampleManifest } from '../manifests/sample-manifest.fixture.ts';
import { labelsOf } from '../release/plan/labels.ts';
import { createRedactor } from '../secrets/redactor.ts';
import { Secret } from '../secrets/secret.ts';
import { decideRebuild } from './decide-rebuild.ts';

const TOKEN = 'ghp_plantedplantedplantedplantedplanted01';
const DIGEST = `sha256:${'ab'.repeat(32)}`;
let site: string;
beforeEach(async () => {
  site = await mkdtemp(join(tmpdir(), 'de-build-decide-'));
  await mkdir(join(site, 'images/custom'), { recursive: true });
  await writeFile(join(site, '.env'), '');
  await writeFile(
    join(site, 'images/custom/Containerfile'),
    'FROM debian:bookworm-slim\nARG FRAPPE_PATH\nARG EXTRA\nRUN --mount=type=secret,id=apps_json true\n',
  );
});
afterEach(() => rm(site, { recursive: true, force: true }));

const labels = {
  'org.opencontainers.image.version': '1.4.0',
  'org.opencontainers.image.revision': sampleManifest().site.commit ?? '',
  'org.opencontainers.image.created': '2026-08-01T09:58:50.123Z',
  'org.opencontainers.image.base.name': 'debian:bookworm-slim',
  'org.opencontainers.image.base.digest': DIGEST,
  'io.de-build.plan.digest': sampleManifest().planDigest,
};

function recorded(changes: Partial<Manifest> = {}): Manifest {
  const sample = sampleManifest();
  return { ...sample, image: { ...sample.image, labels }, ...changes };
}

interface Asked {
  readonly manifest?: Manifest;
  readonly engine?: Partial<EngineInfo>;
  readonly cache?: boolean;
  readonly named?: string;
}

async function decide({ manifest = recorded(), engine = {}, cache = false, named = '1.4.0' }: Asked) {
  const about = async () => ({
    ...{ version: '28.5', operatingSystem: 'Debian' },
    ...{ dataFolder: '/var/lib/docker', ...engine },
  });
  const tools = {
    environment: {},
    redactor: createRedactor(),
    engine: async () => ({ about }) as unknown as Engine,
  } as unknown as Tools;
  const source = { from: 'folder', commit: null, isExact: true } as const;
  const files = { source, folder: site, scratch: join(site, 'scratch'), remove: async () => undefined };
  const release = { manifest, site: await openSite(site, {}, tools), name: named };
  return decideRebuild(release, { cache, files }, tools);
}

test('what is built has the very labels that were recorded', async () => {
  const { plan } = await decide({});
  expect(labelsOf(plan)).toEqual(labels);
  expect(plan).toMatchObject({ reference: 'acme/erp:1.4.0', platforms: ['linux/amd64'], pull: false });
});

test('a record that was moved aside keeps its version in the labels, and its own name in the tag', async () => {
  const { plan } = await decide({ named: '1.4.0-replaced-0123456789ab' });
  expect(plan.reference).toBe('acme/erp:1.4.0-replaced-0123456789ab');
  expect(labelsOf(plan)['org.opencontainers.image.version']).toBe('1.4.0');
});

test.each([
  [false, '1785578330'],
  [true, undefined],
])('the moment of the release is given, unless steps may come from the cache: %s', async (cache, seconds) => {
  expect((await decide({ cache })).sourceDateEpoch).toBe(seconds);
});

test('commits are those of the record, and come by their tokens of today', async () => {
  await writeFile(join(site, '.env'), `PAT_DESIRED_EFFECT=${TOKEN}\n`);
  const url = 'https://${PAT_DESIRED_EFFECT}@github.com/frappe/erpnext';
  await writeFile(join(site, 'apps.json'), JSON.stringify([{ url, branch: 'version-16' }]));
  const { apps, site: then, isFrozen } = await decide({});
  const [app] = apps;
  const [recordedApp] = recorded().apps;
  expect(app).toMatchObject({
    ref: 'v15.38.0',
    commit: recordedApp?.commit,
    tagObject: recordedApp?.tagObject,
  });
  expect(app?.credential?.password.reveal()).toBe(TOKEN);
  // apps.json names another branch by now, so the record is what the build gets.
  expect(then.apps).toEqual([
    { index: 0, line: 1, url: 'https://github.com/frappe/erpnext', branch: 'v15.38.0', extra: {} },
  ]);
  expect(isFrozen).toBe(true);
});

test('an unchanged apps.json is passed to the build with all its keys', async () => {
  const entry = { url: 'https://github.com/frappe/erpnext', branch: 'v15.38.0', note: 'ours' };
  await writeFile(join(site, 'apps.json'), JSON.stringify([entry]));
  const { apps, site: then } = await decide({});
  expect(then.apps).toMatchObject([{ extra: { note: 'ours' } }]);
  expect(apps[0]?.line).toBe(then.apps[0]?.line);
});

test('a sensitive build arg has its value of today; without one it is refused by name', async () => {
  const manifest = recorded({ buildArgs: { EXTRA: { redacted: true, source: 'config' } } });
  await expect(decide({ manifest })).rejects.toMatchObject({
    code: 'rebuild-build-arg-missing',
    what: expect.stringContaining('EXTRA'),
  });
  await writeFile(join(site, '.env'), `PAT_DESIRED_EFFECT=${TOKEN}\n`);
  const buildArgs = { EXTRA: 'x-${PAT_DESIRED_EFFECT}' };
  await writeFile(join(site, 'de-build.json'), JSON.stringify({ buildArgs }));
  const { plan, buildArgs: filled } = await decide({ manifest });
  expect(filled.EXTRA).toBeInstanceOf(Secret);
  expect(JSON.stringify(plan)).not.toContain(TOKEN);
});

test("frappe's own URL needs no value, as the mirror takes its place", async () => {
  const manifest = recorded({ buildArgs: { FRAPPE_PATH: { redacted: true, source: 'env' } } });
  expect((await decide({ manifest })).plan.buildArgs.FRAPPE_PATH).toMatchObject({ sensitive: true });
});
