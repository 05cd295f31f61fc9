import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createExampleApps } from '../example-apps.ts';
import { createExampleSite, type ExampleSite } from '../example-site.ts';
import type { AppRepository } from '../git-repository.ts';
import { startGitServer } from '../git-server.ts';
import type { BenchContext } from './bench-context.ts';
import type { BenchEngine } from './bench-engine.ts';
import { comparePaired } from './compare-paired.ts';
import { type Figure, figureOf } from './figure.ts';
import { checksOf, prepareBuilds } from './paired-builds.ts';
import { runProgram } from './program.ts';
import { createRealisticApp } from './realistic-app.ts';
import { median } from './statistics.ts';

const APPS = 6;

/**
 * A release after one app of six has moved, with the cache, compared with the same release with `--no-cache`: the same
 * app commits, and the same files of every app, or it throws.
 */
export async function measureOneMoved(context: BenchContext): Promise<readonly Figure[]> {
  const { isQuick, tell, deBuild, signal } = context;
  const engine = await context.engine();
  if (engine === undefined) return [];
  tell(`A release with one of ${APPS} apps moved, on ${engine.description}`);
  const { site, apps } = await createSiteOfSix(context);
  let number = 0;
  const release = async (options: readonly string[]) => {
    number += 1;
    const version = `1.0.${number}`;
    await site.setEnv('DE_SITE_VERSION', version);
    const run = await runProgram(
      deBuild(['--progress', 'json', ...options], {
        folder: site.folder,
        environment: { DOCKER_HOST: `unix://${engine.socketPath}` },
      }),
      signal,
    );
    return { ms: run.ms, apps: await recordedApps(site, version) };
  };

  let moves = 0;
  let built: unknown;
  const comparison = await comparePaired({
    ours: async () => {
      moves += 1;
      const app = apps[moves % apps.length];
      const name = app?.name.split('/').at(-1);
      const commit = await app?.commit({
        message: `Move ${moves}`,
        files: { [`${name}/moved.py`]: `${moves}\n` },
      });
      const run = await release([]);
      if (!JSON.stringify(run.apps).includes(commit ?? '-'))
        throw new Error(`${name} was not built at ${commit}`);
      built = run.apps;
      return run.ms;
    },
    peer: async () => {
      const run = await release(['--no-cache']);
      if (JSON.stringify(run.apps) !== JSON.stringify(built))
        throw new Error(`The two releases differ:\n${JSON.stringify(built)}\n${JSON.stringify(run.apps)}`);
      return run.ms;
    },
    pairs: isQuick ? 1 : 7,
    warmUps: 1,
  });
  const name = `release with one of ${APPS} apps moved : the same with --no-cache`;
  const toOurs = figureOf({ part: 'one-moved', name, unit: 'ms', aim: { atMost: 1 } }, comparison);
  return [toOurs, ...(await compareToDocker(context, engine, { site, apps }))];
}

/** Docker's client gets the token in its secret, and a new CACHE_BUST for each build. */
async function compareToDocker(
  context: BenchContext,
  engine: BenchEngine,
  { site, apps }: SiteOfSix,
): Promise<readonly Figure[]> {
  const builds = await prepareBuilds(context, engine, site, '2.0');
  let moves = 0;
  const move = async () => {
    moves += 1;
    const app = apps[moves % apps.length];
    const files = { [`${app?.name.split('/').at(-1)}/moved_again.py`]: `${moves}\n` };
    await app?.commit({ message: `Move again ${moves}`, files });
  };
  const whole: number[] = [];
  const comparison = await comparePaired({
    ours: async () => {
      await move();
      const run = await builds.changed.ours();
      whole.push(run.ms);
      return run.ms - checksOf(run);
    },
    peer: async () => {
      await move();
      return (await builds.changed.peer(String(moves))).ms;
    },
    pairs: context.isQuick ? 1 : 7,
    warmUps: 1,
  });
  const part = 'one-moved';
  const name = `release with one of ${APPS} apps moved : docker build with CACHE_BUST`;
  const { peer } = comparison;
  const all = { part, name, unit: 'ms', ours: median(whole), peer, ratio: median(whole) / peer } as const;
  return [
    all,
    figureOf({ part, name: '  without its checks', unit: 'ms', aim: { atMost: 1.05 } }, comparison),
  ];
}

interface SiteOfSix {
  readonly site: ExampleSite;
  readonly apps: readonly AppRepository[];
}

async function createSiteOfSix(context: BenchContext): Promise<SiteOfSix> {
  const folder = join(context.folder, 'one-moved');
  const token = `bench_${randomBytes(16).toString('hex')}`;
  const git = join(folder, 'git');
  const { frappe } = await createExampleApps(git);
  const size = context.isQuick
    ? { files: 40, bytes: 2000, commits: 2 }
    : { files: 400, bytes: 8000, commits: 10 };
  const apps = await Promise.all(
    Array.from({ length: APPS }, (_, at) =>
      createRealisticApp(git, { name: `bench/app_${at + 1}`, ...size }),
    ),
  );
  const gitServer = await startGitServer({
    folder: git,
    users: [{ token }],
    publicRepositories: [frappe.name],
  });
  context.cleanUps.push(() => gitServer.close());
  const site = await createExampleSite({
    folder: join(folder, 'site'),
    gitUrl: gitServer.url,
    token,
    image: 'de-build-bench/one-moved',
    apps: apps.map(({ name, defaultBranch }) => ({ url: `${name}.git`, branch: defaultBranch })),
  });
  const containerfile = join(site.folder, site.containerfile);
  const text = await readFile(containerfile, 'utf8');
  // Simulates the packages that a real Containerfile installs before the apps: it compiles Python's own library.
  const installing =
    'COPY bench/bench /usr/local/bin/bench\nRUN python3 -m compileall -q -f /usr/lib/python3.* || true\n';
  await writeFile(containerfile, text.replace('COPY bench/bench /usr/local/bin/bench\n', installing));
  await site.commit('Install something');
  return { site, apps };
}

/** Name, commit and digest of the files in the image, of frappe and each app. */
async function recordedApps(site: ExampleSite, version: string): Promise<unknown> {
  const record = JSON.parse(await readFile(join(site.folder, `build-manifests/${version}.json`), 'utf8'));
  return [record.frappe, ...record.apps].map(({ name, commit, treeDigest }) => {
    if (treeDigest === undefined) throw new Error(`${version} has no digest of the files of ${name}`);
    return { name, commit, treeDigest };
  });
}
