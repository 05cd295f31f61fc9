import { randomBytes, randomUUID } from 'node:crypto';
import { EXAMPLE_BASE_IMAGE } from '@de-build/testbed';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { BuildEvent } from '../../packages/core/src/engine/build-event.ts';
import type { BuildSources } from '../../packages/core/src/engine/engine.ts';
import type { PinnedSource } from '../../packages/core/src/git/mirror/mirror.ts';
import { arrangeSources } from '../../packages/core/src/git/mirror/source-files.ts';
import { Secret } from '../../packages/core/src/secrets/secret.ts';
import {
  APPS_PART,
  mountSources,
  SOURCES_URL,
  sourcesGitConfig,
} from '../../packages/core/src/site/mount-sources.ts';
import { parseContainerfile } from '../../packages/core/src/site/parse-containerfile.ts';
import { type MirrorWorld, makeMirrorWorld } from '../mirror/mirror-world.ts';
import { onEachEngine } from './on-each-engine.ts';
import { useBuilds } from './use-builds.ts';

/** More than everything else of a build. */
const LARGE_BYTES = 500_000;

onEachEngine('mounted sources', (shared) => {
  const events: BuildEvent[] = [];
  const sessionKey = new Secret('session key', randomUUID());
  const builds = useBuilds(shared, { sessionKey, onEvent: (event) => events.push(event) });
  const offer: BuildSources['offer'] = shared.version.startsWith('20.10') ? 'graft' : 'named-context';
  let world: MirrorWorld;
  let source: PinnedSource;
  beforeAll(async () => {
    world = await makeMirrorWorld();
    const random = randomBytes(LARGE_BYTES).toString('base64');
    await world.app.commit({ files: { 'a.txt': 'pinned', 'large.txt': random } });
    source = await world.openMirror().fetch(await world.resolve());
    await world.app.commit({ files: { 'a.txt': 'moved on' } });
    await world.server.close();
  });
  afterAll(() => world.remove());

  function sourcesFor(text: string, how = offer): BuildSources {
    const { files } = arrangeSources([source]);
    const { containerfile } = parseContainerfile('Containerfile', Buffer.from(text));
    const { gitConfigs, ...mounted } = mountSources(containerfile, {
      offer: how,
      buildArgs: {},
      urlArgs: [],
      cloned: [],
    });
    return {
      ...mounted,
      offer: how,
      files: [
        ...gitConfigs.map((each) => ({ path: each.path, content: sourcesGitConfig(each, []) })),
        ...files.map((file) => ({ ...file, path: `${APPS_PART}/${file.path}` })),
      ],
    };
  }
  const url = () => `${SOURCES_URL}${arrangeSources([source]).pathOf(source)}`;
  const readText = async (id: string, path: string) =>
    (await builds.engine.images.readFile(id, path))?.toString();

  test('are cloned by any user at the pinned commit, with the git settings of the base, and leave nothing', async () => {
    const base = `${builds.repository}:base`;
    await builds.write({
      Containerfile: `FROM ${EXAMPLE_BASE_IMAGE}\nRUN git config --system user.name of-the-base\n`,
    });
    await builds.build({ tags: [base] });

    const text = [
      `FROM ${base}`,
      'ARG APPS_JSON_BASE64',
      'USER frappe',
      `RUN git clone --quiet --branch version-15 --depth 1 --origin upstream ${url()} /tmp/app && \\`,
      `    git clone --quiet ${url()}.git /tmp/again && git config user.name > /tmp/name`,
      '',
    ].join('\n');
    await builds.write({ Containerfile: text, '.dockerignore': '*\n' });
    events.length = 0;
    const built = await builds.build({ sources: sourcesFor(text), noCache: true });
    expect(await readText(built.id, '/tmp/app/a.txt')).toBe('pinned');
    expect(await readText(built.id, '/tmp/again/a.txt')).toBe('pinned');
    expect(await readText(built.id, '/tmp/name')).toBe('of-the-base\n');
    expect(await readText(built.id, '/etc/gitconfig')).toBe('[user]\n\tname = of-the-base\n');
    expect(await readText(built.id, '/opt/de-build/sources/gitconfig')).toBeUndefined();
    expect(await readText(built.id, '/opt/de-build/base/etc/gitconfig')).toBeUndefined();
    expect(JSON.stringify(events)).not.toContain('--mount=');
    expect(built.steps.map(({ name }) => name).join('\n')).toContain('RUN git clone --quiet --branch');

    const again = await builds.build({ sources: sourcesFor(text) });
    expect(again.id).toBe(built.id);
    expect(built.sent.wireBytes).toBeGreaterThan(LARGE_BYTES);
    expect(again.sent.wireBytes).toBeLessThan(LARGE_BYTES / 10);
  });

  test('give out no other branch and no other repository', async () => {
    for (const [asked, output] of [
      [`--branch main ${url()}`, /Remote branch main not found/],
      [`${SOURCES_URL}acme/warehouse`, /does not appear to be a git repository/],
    ] as const) {
      const text = `FROM ${EXAMPLE_BASE_IMAGE}\nARG APPS_JSON_BASE64\nRUN git clone ${asked} /tmp/app\n`;
      await builds.write({ Containerfile: text });
      await expect(builds.build({ sources: sourcesFor(text) })).rejects.toMatchObject({
        code: 'build-step-failed',
        what: expect.stringMatching(/^Step \[stage-0 2\/2\] \(Containerfile:3\) failed: RUN git clone/),
        output: expect.stringMatching(output),
      });
    }
  });

  if (offer === 'graft') {
    test('are refused by name by a frontend without named contexts', async () => {
      const text = `FROM ${EXAMPLE_BASE_IMAGE}\nARG APPS_JSON_BASE64\nRUN true\n`;
      await builds.write({ Containerfile: text });
      await expect(builds.build({ sources: sourcesFor(text, 'named-context') })).rejects.toMatchObject({
        code: 'frontend-too-old',
      });
    });

    test('are refused to a base image that copies the whole context', async () => {
      const base = `${builds.repository}:base`;
      await builds.write({ Containerfile: `FROM ${EXAMPLE_BASE_IMAGE}\nONBUILD COPY . /app\n` });
      await builds.build({ tags: [base] });
      const text = `FROM ${base}\nARG APPS_JSON_BASE64\nRUN true\n`;
      await builds.write({ Containerfile: text });
      await expect(builds.build({ sources: sourcesFor(text) })).rejects.toMatchObject({
        code: 'sources-copied',
      });
    });
  }
});
