import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildRelease,
  bumpSite,
  connectEngine,
  type Engine,
  type FlowEvent,
  type ReleaseOptions,
  readRecords,
} from '@de-build/core';
import { type ExampleDialect, type ExampleSite, moveExampleApp, type SharedEngine } from '@de-build/testbed';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createExampleWorld, type ExampleWorld, siteOptions } from './example-world.ts';
import { onEachEngine } from './on-each-engine.ts';

let world: ExampleWorld;
beforeAll(async () => {
  world = await createExampleWorld();
});
afterAll(() => world.close());

async function release(site: ExampleSite, engine: SharedEngine, options: Partial<ReleaseOptions> = {}) {
  const events: FlowEvent[] = [];
  const run = buildRelease({
    ...siteOptions(site, engine),
    ...options,
    onEvent: (event) => {
      events.push(event);
      options.onEvent?.(event);
    },
  });
  const outcome = await run.result.then(
    (result) => ({ result, error: undefined }),
    (error: unknown) => ({ result: undefined, error }),
  );
  return { ...outcome, events };
}

async function released(site: ExampleSite, engine: SharedEngine, options: Partial<ReleaseOptions> = {}) {
  const { result, error, events } = await release(site, engine, options);
  if (result === undefined) throw error;
  return { result, events };
}

/** Whether the step that installs the apps came from the cache. */
function isInstallCached(events: readonly FlowEvent[]): boolean {
  const step = events.find(
    (event) => event.type === 'build-step' && event.state !== 'started' && event.name.includes('bench init'),
  );
  return step?.type === 'build-step' && step.state === 'cached';
}

/** The steps that did not come from the cache. */
function stepsRun(events: readonly FlowEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.type === 'build-step' && event.state === 'done' && /\] (?:RUN|COPY|ADD) /.test(event.name)
      ? [event.name]
      : [],
  );
}

onEachEngine('a release', (engine) => {
  let client: Engine;
  beforeAll(async () => {
    client = await connectEngine({ environment: {}, host: engine.host });
  });
  afterAll(() => client.close());

  async function tagsOf(site: ExampleSite) {
    return (await client.images.list(site.image)).map(({ tag }) => tag).sort();
  }

  describe.each(['cache-bust', 'secret', 'build-arg'] satisfies ExampleDialect[])('%s', (dialect) => {
    test('is tagged and recorded, is cached when nothing moved, and rebuilt when an app moved', async () => {
      const site = await world.addSite(engine, { dialect });
      // The same apps may be in the cache from another site.
      const first = await released(site, engine, { noCache: true });
      const { manifest } = first.result;
      expect(await tagsOf(site)).toEqual(['1.0.0']);
      expect(manifest).toMatchObject({
        siteVersion: '1.0.0',
        schemaVersion: 1,
        image: { id: first.result.imageId },
      });
      const { mini_erp, mini_hr, mini_custom } = world.apps.apps;
      expect(manifest.apps.map(({ name, commit, kind }) => [name, commit, kind])).toEqual([
        ['mini_erp', await mini_erp.resolve('version-15'), 'branch'],
        ['mini_hr', await mini_hr.resolve('v15.1.0'), 'tag'],
        ['mini_custom', await mini_custom.resolve('v15.0.0'), 'tag'],
      ]);
      const image = await client.images.inspect(`${site.image}:1.0.0`);
      expect(image?.labels).toMatchObject({
        'org.opencontainers.image.version': '1.0.0',
        'org.opencontainers.image.revision': manifest.site.commit,
        'io.de-build.plan.digest': manifest.planDigest,
      });

      await site.commit('Record 1.0.0');
      await bumpSite({ site: site.folder, to: 'patch' });
      expect(stepsRun(first.events)).not.toEqual([]);
      const unmoved = await released(site, engine);
      expect(stepsRun(unmoved.events)).toEqual([]);

      const moved = await moveExampleApp(mini_erp, `15.2.${Date.now()}`);
      await bumpSite({ site: site.folder, to: 'patch' });
      const third = await released(site, engine);
      expect(isInstallCached(third.events)).toBe(false);
      expect(third.result.manifest.apps[0]?.commit).toBe(moved);
      const { manifests } = await readRecords({ site: site.folder });
      expect(manifests.map(({ siteVersion }) => siteVersion)).toEqual(['1.0.2', '1.0.1', '1.0.0']);
    });
  });

  test('a version that is taken is refused, and with --force the old image and its record are kept', async () => {
    const site = await world.addSite(engine);
    const first = await released(site, engine);
    const again = await release(site, engine);
    expect(again.error).toMatchObject({ code: 'checks-failed', exitCode: 3 });
    const ids = again.events
      .flatMap((event) => (event.type === 'check' ? event.findings : []))
      .map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['site-version-taken', 'image-tag-taken']));

    const forced = await released(site, engine, { force: true, noCache: true });
    expect(forced.result.imageId).not.toBe(first.result.imageId);
    const aside = `1.0.0-replaced-${first.result.imageId.slice(7, 19)}`;
    expect(await tagsOf(site)).toEqual(['1.0.0', aside]);
    const kept = JSON.parse(await readFile(join(site.folder, 'build-manifests', `${aside}.json`), 'utf8'));
    expect(kept.image.id).toBe(first.result.imageId);
    expect((await readRecords({ site: site.folder })).manifests).toHaveLength(1);
  });

  test('a wrong token is refused before anything is built, and named without its value', async () => {
    const wrong = 'wrong_0123456789abcdef0123456789';
    const site = await world.addSite(engine, { token: wrong });
    const { error, events } = await release(site, engine);
    expect(error).toMatchObject({ code: 'checks-failed' });
    const text = JSON.stringify(events);
    expect(text).toContain('git-token-refused');
    expect(text).toContain('PAT_DESIRED_EFFECT');
    expect(text).not.toContain(wrong);
    expect(events.some((event) => event.type === 'build-step')).toBe(false);
  });

  test('a failing step ends with its own last lines, its Containerfile line, and nothing tagged', async () => {
    const site = await world.addSite(engine, {
      apps: [{ url: 'example/mini_erp.git', branch: 'version-15' }],
    });
    const { readFile: read, writeFile } = await import('node:fs/promises');
    const file = join(site.folder, site.containerfile);
    const text = await read(file, 'utf8');
    await writeFile(file, `${text}\nRUN echo about to fail && echo the reason >&2 && exit 3\n`);
    const { error } = await release(site, engine);
    expect(error).toMatchObject({ code: 'build-step-failed', exitCode: 6 });
    expect(String((error as { output?: string }).output)).toContain('the reason');
    expect(await tagsOf(site)).toEqual([]);
    expect((await readRecords({ site: site.folder })).manifests).toEqual([]);
  });

  test('apps that are missing from the image fail the verification, and nothing is tagged', async () => {
    const site = await world.addSite(engine);
    const { readFile: read, writeFile } = await import('node:fs/promises');
    const file = join(site.folder, site.containerfile);
    const text = await read(file, 'utf8');
    // As when a secret is not served: the mount is there, and nothing reads it.
    await writeFile(
      file,
      text
        .replaceAll('--apps_path', '--no-such-thing-apps_path')
        .replace(/export APP_INSTALL_ARGS="[^"]+"/, 'true'),
    );
    const { error } = await release(site, engine);
    expect(error).toMatchObject({ code: 'image-apps-missing', exitCode: 7 });
    expect(await tagsOf(site)).toEqual([]);
  });

  test('an abort in the middle of a step cancels it, tags nothing, and says 130', async () => {
    const site = await world.addSite(engine);
    const { readFile: read, writeFile } = await import('node:fs/promises');
    const file = join(site.folder, site.containerfile);
    // The redactor may keep back the end of what it has seen, so the marker is not the last line.
    await writeFile(file, `${await read(file, 'utf8')}\nRUN echo started; echo .....; sleep 120\n`);
    const controller = new AbortController();
    let abortedAt = 0;
    let log = '';
    const { error } = await release(site, engine, {
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'build-log') log += event.text;
        if (abortedAt > 0 || !log.includes('started')) return;
        abortedAt = performance.now();
        controller.abort();
      },
    });
    expect(error).toMatchObject({ exitCode: 130 });
    // Far from the 120 seconds of the step, however busy the machine is.
    expect(performance.now() - abortedAt).toBeLessThan(60_000);
    expect(await tagsOf(site)).toEqual([]);
  });
});
