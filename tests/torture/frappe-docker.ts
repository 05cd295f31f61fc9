import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  EXAMPLE_BASE_IMAGE,
  ensureBaseImages,
  runCommand,
  type SharedEngine,
  workspaceFile,
} from '@de-build/testbed';
import { connectEngine } from '../../packages/core/src/engine/connect-engine.ts';
import { buildRelease } from '../../packages/core/src/release/release.ts';
import { createExampleWorld, type ExampleWorld, siteOptions } from '../engine/example-world.ts';
import { allOf, type Figure, noneOf } from './figure.ts';
import type { TortureContext } from './torture-context.ts';

const PART = 'frappe-docker';
const KINDS = ['custom', 'layered', 'production'] as const;
/** Those at which a Containerfile changed, and the newest commit. */
const TAGS = ['v1.0.0', 'v2.2.0', 'v3.0.0', 'v3.1.0', 'v3.2.0', 'v3.2.2', 'HEAD'];
const BASE = 'python:3.14.2-slim-bookworm';
const BRANCH = 'version-15';

/**
 * Releases sites with frappe_docker's own Containerfiles, unmodified. The clone of frappe_docker is a folder that the
 * environment names; programs that download are stand-ins in the base images, under whose names they are built.
 */
export async function releaseFrappeDocker(context: TortureContext): Promise<readonly Figure[]> {
  const clone = process.env.FRAPPE_DOCKER;
  if (clone === undefined) {
    context.tell('Skipping frappe-docker: FRAPPE_DOCKER names no clone of it');
    return [];
  }
  const world = await createExampleWorld();
  context.cleanUps.push(() => world.close());
  const tags = context.isQuick ? TAGS.slice(-1) : TAGS;
  const figures: Figure[] = [];
  for (const engine of await context.engines()) {
    context.cleanUps.push(await makeBases(engine, context.folder));
    let pinned = 0;
    let unclean = 0;
    for (const tag of tags) {
      for (const kind of KINDS) {
        context.signal.throwIfAborted();
        context.tell(`Docker Engine ${engine.version}: ${kind} of ${tag}`);
        const { manifest } = await release(world, engine, { clone, tag, kind });
        const { audit, apps, repositories = [], unpinnedRepositories = [] } = manifest;
        if (apps.length + repositories.length === (kind === 'production' ? 1 : 3)) pinned++;
        if (audit?.outcome !== 'clean' || unpinnedRepositories.length > 0) unclean++;
      }
    }
    const tries = tags.length * KINDS.length;
    const name = `on Docker Engine ${engine.version}`;
    figures.push(
      allOf(tries, { part: PART, name: `releases with every app pinned, ${name}`, right: pinned }),
      noneOf(tries, { part: PART, name: `with a token in the image, ${name}`, wrong: unclean }),
    );
  }
  return figures;
}

async function release(
  world: ExampleWorld,
  engine: SharedEngine,
  from: { readonly clone: string; readonly tag: string; readonly kind: (typeof KINDS)[number] },
) {
  const { url } = world.server;
  const { clone, tag, kind } = from;
  const show = (path: string) => runCommand('git', ['-C', clone, 'show', `${tag}:${path}`]);
  const containerfile = `images/${kind}/Containerfile`;
  const text = await show(containerfile);
  const values = {
    PYTHON_VERSION: '3.14.2',
    FRAPPE_BRANCH: BRANCH,
    FRAPPE_PATH: `${url}/frappe/frappe`,
    ERPNEXT_REPO: `${url.replace('://', '://{{ PAT_DESIRED_EFFECT }}@')}/example/mini_erp`,
    ERPNEXT_BRANCH: 'v15.1.0',
  };
  const declared = Object.entries(values).filter(([name]) => new RegExp(`^ARG ${name}\\b`, 'm').test(text));
  const site = await world.addSite(engine, {
    config: { containerfile, buildArgs: Object.fromEntries(declared) },
  });
  if (kind === 'production') await rm(join(site.folder, 'apps.json'));
  const listed = await runCommand('git', [
    '-C',
    clone,
    'ls-tree',
    '-r',
    '--name-only',
    tag,
    'images',
    'resources',
  ]);
  for (const path of listed.split('\n').filter((line) => line !== '')) {
    await mkdir(dirname(join(site.folder, path)), { recursive: true });
    await writeFile(join(site.folder, path), await show(path));
  }
  // What .env has goes before the build args of de-build.json.
  for (const file of ['.env', 'de-example.env']) {
    const lines = (await readFile(join(site.folder, file), 'utf8')).split('\n');
    const others = lines.filter((line) => !/^(?:FRAPPE_|PYTHON_|NODE_)/.test(line));
    await writeFile(join(site.folder, file), others.join('\n'));
  }
  await site.commit('Take the files of frappe_docker');
  return buildRelease(siteOptions(site, engine)).result;
}

/** @returns what takes them off the engine */
async function makeBases(engine: SharedEngine, folder: string): Promise<() => Promise<void>> {
  await ensureBaseImages(engine.host);
  const tags = [BASE, `frappe/build:${BRANCH}`, `frappe/base:${BRANCH}`];
  const contextFolder = join(folder, randomUUID());
  const bench = workspaceFile('examples/mini-erp/bench/bench');
  const files = {
    bench: await readFile(bench, 'utf8'),
    nothing: '#!/bin/sh\nexit 0\n',
    // `curl -o- … | bash` installs nvm, and `curl -sLO URL` a package.
    curl: `#!/bin/sh\nif [ "$1" = -o- ]; then echo 'echo "nvm() { :; }" > $NVM_DIR/nvm.sh'; else touch "$(basename "$2")"; fi\n`,
    Containerfile: [
      `FROM ${EXAMPLE_BASE_IMAGE}`,
      'RUN userdel --remove frappe; mkdir -p /etc/nginx/conf.d /etc/nginx/sites-enabled /var/log/nginx /var/lib/nginx && \\',
      '  touch /etc/nginx/nginx.conf',
      'COPY bench curl nothing /usr/local/bin/',
      'RUN cd /usr/local/bin && chmod 755 * && for name in apt-get npm corepack pip3 yarn; do ln -s nothing $name; done',
      '',
    ].join('\n'),
    Layered: `FROM ${BASE}\nRUN useradd -ms /bin/bash frappe\n`,
  };
  await mkdir(contextFolder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(contextFolder, name), text);
  const client = await connectEngine({ environment: {}, host: engine.host });
  const build = (containerfile: string, names: readonly string[]) =>
    client.build({
      contextFolder,
      containerfile: join(contextFolder, containerfile),
      tags: names,
      buildArgs: {},
      secrets: {},
      labels: {},
      noCache: false,
      pull: false,
      neverSend: [],
    });
  await build('Containerfile', tags.slice(0, 1));
  await build('Layered', tags.slice(1));
  return async () => {
    for (const tag of tags) await client.images.untag(tag);
    await client.close();
  };
}
