import { randomBytes } from 'node:crypto';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createExampleApps } from '../example-apps.ts';
import { createExampleSite } from '../example-site.ts';
import { startGitServer } from '../git-server.ts';
import type { BenchContext } from './bench-context.ts';
import { compare, type Pair } from './compare-paired.ts';
import { type Figure, figureOf } from './figure.ts';
import { runProgram } from './program.ts';
import { createRealisticApp } from './realistic-app.ts';

const MARK = 'CLONED ';

/** Runs in a step of a build: clones alternately from the sources and from upstream, as bench does, and prints the times. */
const CLONES = `
import json, shutil, subprocess, sys, time
sources = [app for app in json.load(open(sys.argv[1])) if app['url'].endswith(sys.argv[3])][0]['url']
def clone(url, to):
    started = time.monotonic()
    args = ['git', 'clone', '--quiet', url, '--branch', 'version-15', '--depth', '1', '--origin', 'upstream', to]
    subprocess.run(args, check=True)
    took = (time.monotonic() - started) * 1000
    tree = subprocess.run(['git', '-C', to, 'rev-parse', 'HEAD'], check=True, capture_output=True, text=True).stdout
    shutil.rmtree(to)
    return took, tree
for pair in range(int(sys.argv[4]) + 1):
    ours, our_tree = clone(sources, '/tmp/ours')
    peer, peer_tree = clone(sys.argv[2], '/tmp/peer')
    assert our_tree == peer_tree, (our_tree, peer_tree)
    if pair > 0:
        print('${MARK}' + json.dumps({'ours': ours, 'peer': peer}), flush=True)
`;

/** `git clone` from the sources, compared with `git clone` from the upstream that they were fetched from, both in a build. */
export async function measureSourcesClone(context: BenchContext): Promise<readonly Figure[]> {
  const { isQuick, tell, deBuild, signal } = context;
  const engine = await context.engine();
  if (engine === undefined) return [];
  const size = isQuick ? { files: 40, bytes: 2000, commits: 2 } : { files: 800, bytes: 12_000, commits: 50 };
  const megabytes = ((size.files * size.bytes) / 1e6).toFixed(1);
  const label = `an app of ${size.files} files, ${megabytes} MB`;
  tell(`Cloning ${label} from the sources, on ${engine.description}`);
  const folder = join(context.folder, 'sources-clone');
  const git = join(folder, 'git');
  const { frappe } = await createExampleApps(git);
  const app = await createRealisticApp(git, { name: 'bench/big_app', ...size });
  const gitServer = await startGitServer({
    folder: git,
    users: [{ token: randomBytes(16).toString('hex') }],
    publicRepositories: [frappe.name, app.name],
  });
  context.cleanUps.push(() => gitServer.close());
  const path = `${app.name}.git`;
  const upstream = `${gitServer.url}/${path}`;
  const site = await createExampleSite({
    folder: join(folder, 'site'),
    gitUrl: gitServer.url,
    token: 'none-is-needed',
    image: 'de-build-bench/sources-clone',
    apps: [{ url: upstream, branch: app.defaultBranch }],
    config: { buildArgs: { UPSTREAM: upstream } },
  });
  await writeFile(join(site.folder, 'clones.py'), CLONES);
  await appendFile(join(site.folder, '.dockerignore'), '!clones.py\n');
  const mount = '--mount=type=secret,id=apps_json,target=/tmp/apps.json,uid=1000,gid=1000';
  await appendFile(
    join(site.folder, site.containerfile),
    `\nARG UPSTREAM\nCOPY clones.py /tmp/clones.py\nRUN ${mount} python3 /tmp/clones.py /tmp/apps.json \${UPSTREAM} ${path} ${isQuick ? 2 : 15}\n`,
  );
  await site.commit('Clone often');
  const run = await runProgram(
    deBuild(['--progress', 'json', '--token-delivery', 'sources'], {
      folder: site.folder,
      environment: { DOCKER_HOST: `unix://${engine.socketPath}` },
    }),
    signal,
  );
  const pairs = readPairs(run.stdout);
  if (pairs.length === 0) throw new Error(`No clone was timed:\n${run.stdout.slice(-4000)}`);
  return [
    figureOf(
      { part: 'sources-clone', name: `clone from the sources : from its upstream, ${label}`, unit: 'ms' },
      compare(pairs),
    ),
  ];
}

/** The step's log comes in pieces, which may end anywhere. */
function readPairs(output: string): readonly Pair[] {
  const log = output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .map((event) => (event.type === 'build-log' ? event.text : ''))
    .join('');
  return log
    .split('\n')
    .filter((line) => line.startsWith(MARK))
    .map((line) => JSON.parse(line.slice(MARK.length)));
}
