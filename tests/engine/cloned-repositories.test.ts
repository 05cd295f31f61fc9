import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildRelease,
  bumpSite,
  connectEngine,
  type Engine,
  type Manifest,
  planRelease,
  type ReleaseOptions,
  rebuildRelease,
} from '@de-build/core';
import { type ExampleSite, moveExampleApp, type SharedEngine } from '@de-build/testbed';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createExampleWorld, type ExampleWorld, siteOptions } from './example-world.ts';
import { onEachEngine } from './on-each-engine.ts';

/** The form of frappe_docker's images/production/Containerfile, which takes no apps.json. */
const PRODUCTION = [
  'FROM de-build-example/base:bookworm AS base',
  'COPY bench/bench /usr/local/bin/bench',
  'FROM base AS builder',
  'USER frappe',
  'ARG FRAPPE_BRANCH=version-15',
  'ARG FRAPPE_PATH=https://github.com/frappe/frappe',
  'ARG ERPNEXT_REPO=https://github.com/frappe/erpnext',
  'ARG ERPNEXT_BRANCH=version-15',
  'RUN bench init \\',
  '  --frappe-branch=${FRAPPE_BRANCH} --frappe-path=${FRAPPE_PATH} \\',
  '  --no-procfile --no-backups --skip-redis-config-generation --verbose \\',
  '  /home/frappe/frappe-bench && \\',
  '  cd /home/frappe/frappe-bench && \\',
  '  bench get-app --branch=${ERPNEXT_BRANCH} --resolve-deps erpnext ${ERPNEXT_REPO} && \\',
  '  echo "{}" > sites/common_site_config.json && \\',
  '  find apps -mindepth 1 -path "*/.git" | xargs rm -fr',
  'FROM base',
  'COPY --from=builder --chown=frappe:frappe /home/frappe/frappe-bench /home/frappe/frappe-bench',
  'WORKDIR /home/frappe/frappe-bench',
];

let world: ExampleWorld;
beforeAll(async () => {
  world = await createExampleWorld();
});
afterAll(() => world.close());

function release(site: ExampleSite, engine: SharedEngine, options: Partial<ReleaseOptions> = {}) {
  return buildRelease({ ...siteOptions(site, engine), ...options }).result;
}

async function addSite(
  engine: SharedEngine,
  lines: readonly string[],
  config: Record<string, unknown>,
): Promise<ExampleSite> {
  const site = await world.addSite(engine, { apps: [], config });
  await writeFile(join(site.folder, site.containerfile), `${lines.join('\n')}\n`);
  await site.commit('Write the Containerfile');
  return site;
}

onEachEngine('repositories that the Containerfile clones', (engine) => {
  let client: Engine;
  beforeAll(async () => {
    client = await connectEngine({ environment: {}, host: engine.host });
  });
  afterAll(() => client.close());

  const readText = async (id: string, path: string) => (await client.images.readFile(id, path))?.toString();
  const withToken = () => world.server.url.replace('://', '://{{ PAT_DESIRED_EFFECT }}@');

  describe('ERPNEXT_REPO, private', () => {
    let site: ExampleSite;
    let first: Manifest['repositories'];
    beforeAll(async () => {
      site = await addSite(engine, PRODUCTION, {
        buildArgs: { ERPNEXT_REPO: `${withToken()}/example/mini_erp`, ERPNEXT_BRANCH: 'version-15' },
      });
    });

    test('is planned, built without its token, and recorded', async () => {
      const version = `15.3.${Date.now()}`;
      const tip = await moveExampleApp(world.apps.apps.mini_erp, version);
      const plan = await planRelease(siteOptions(site, engine));
      expect(plan.repositories).toEqual([
        {
          url: `${world.server.url}/example/mini_erp`,
          app: 'mini_erp',
          ref: 'version-15',
          kind: 'branch',
          commit: tip,
          isDefault: false,
          line: 9,
        },
      ]);
      expect(plan.warnings.map(({ id }) => id)).not.toContain('repository-not-pinned');

      const { manifest, imageId } = await release(site, engine);
      first = manifest.repositories;
      expect(first).toMatchObject([{ app: 'mini_erp', commit: tip, version }]);
      expect(first?.[0]?.treeDigest).toMatch(/^sha256:/);
      expect(manifest.audit).toMatchObject({ mode: 'fail', outcome: 'clean', leaks: [] });
      const log = await readText(imageId, '/home/frappe/frappe-bench/logs/bench.log');
      expect(log).toContain(`git clone ${world.server.url}/example/mini_erp --branch version-15`);
      expect(log).not.toContain(world.token);
    });

    test('is released as it was when it moved and its host is gone, and is rebuilt', async () => {
      const { mini_erp } = world.apps.apps;
      await moveExampleApp(mini_erp, `15.4.${Date.now()}`);
      await rename(mini_erp.folder, `${mini_erp.folder}.gone`);
      try {
        await bumpSite({ site: site.folder, to: 'patch' });
        const again = await release(site, engine, { frozen: true, noCache: true });
        expect(again.manifest.repositories).toEqual(first);
        const rebuilt = await rebuildRelease({ ...siteOptions(site, engine), release: '1.0.1' });
        expect(['identical', 'equivalent']).toContain(rebuilt.outcome?.verdict);
      } finally {
        await rename(`${mini_erp.folder}.gone`, mini_erp.folder);
      }
    });
  });

  test('leave another repository, another ref and the settings of the base alone', async () => {
    const { url } = world.server;
    const listed = `${url}/frappe/frappe`;
    const site = await addSite(
      engine,
      [
        'FROM de-build-example/base:bookworm AS base',
        // As a proxy of GitHub would be set up.
        `RUN git config --system url."${url}/".insteadOf https://github.com/`,
        'FROM base',
        `RUN git clone -q -b v15.0.0 ${listed} /tagged && git clone -q -b version-15 --depth 1 ${listed}.git/ /branch && \\`,
        `  git -C /branch config remote.origin.url > /url && git ls-remote https://github.com/frappe/frappe > /refs && \\`,
        `  ! git ls-remote ${listed}_custom 2> /neighbour && ! git -C /branch fetch origin refs/tags/v15.1.0 2> /asked`,
        `RUN git ls-remote ${listed} > /all`,
      ],
      {},
    );
    const { manifest, imageId } = await release(site, engine);
    const [tag, branch] = manifest.repositories ?? [];
    expect(tag).toMatchObject({
      ref: 'v15.0.0',
      kind: 'tag',
      tagObject: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    expect(branch).toMatchObject({ ref: 'version-15', kind: 'branch' });
    expect(await readText(imageId, '/url')).toBe(`${listed}.git/\n`);
    // Both came from the host.
    expect(await readText(imageId, '/refs')).toContain('refs/tags/v15.1.0');
    expect(await readText(imageId, '/all')).toContain('refs/tags/v15.1.0');
    expect(await readText(imageId, '/neighbour')).toContain(`could not read Username for '${url}'`);
    expect(await readText(imageId, '/asked')).toContain("couldn't find remote ref refs/tags/v15.1.0");
  });

  test('are built from their host with a warning where nobody here can read them', async () => {
    const site = await addSite(
      engine,
      [`FROM de-build-example/base:bookworm`, `RUN git clone ${world.server.url}/example/gone /gone || true`],
      {},
    );
    const { manifest } = await release(site, engine);
    expect(manifest.unpinnedRepositories).toEqual([
      { url: `${world.server.url}/example/gone`, ref: null, line: 2 },
    ]);
    expect(manifest.warnings.map(({ id }) => id)).toContain('repository-not-pinned');
  });
});
