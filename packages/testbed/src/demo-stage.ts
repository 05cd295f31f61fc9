import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  EXAMPLE_BASE_IMAGE,
  EXAMPLE_RUNTIME_IMAGE,
  EXAMPLE_SERVICES_IMAGE,
  ensureBaseImages,
  removeRepository,
} from './base-image.ts';
import type { DemoProgress } from './demo-progress.ts';
import { createExampleApps, type ExampleApps, fillExampleApp } from './example-apps.ts';
import { createExampleSite, type ExampleSite } from './example-site.ts';
import { type GitServer, startGitServer } from './git-server.ts';
import {
  canStartPrivateEngine,
  type PrivateEngine,
  privateEngineVersions,
  startPrivateEngine,
} from './private-engine.ts';
import { runCommand } from './run-command.ts';
import { findRunningEngine, runningEngineHost } from './shared-engines.ts';
import { openTestRun } from './test-run.ts';

/** What the demo runs with. */
export interface DemoStage {
  readonly engine: DemoEngine;
  readonly site: ExampleSite;
  readonly apps: ExampleApps;
  readonly gitServer: GitServer;
}

/** What the demo's commands run on. */
export type DemoEngine = Pick<PrivateEngine, 'host' | 'dockerCli' | 'address'>;

/** Called in reverse order, even if one fails. */
export type CleanUp = () => Promise<unknown>;

const IMAGE = 'de-build-demo/mini-erp';

/** Sets up the demo; each part adds its clean-up to `cleanUps` as soon as it exists. */
export async function setDemoStage(progress: DemoProgress, cleanUps: CleanUp[]): Promise<DemoStage> {
  const { tell, during } = progress;
  const run = await openTestRun();
  cleanUps.push(() => run.end());
  const { folder } = run;
  const engine = await findEngine(progress);
  tell(
    'The base images are made here, from Debian: one with git and Python, one with nginx, one with MariaDB and\nRedis. Nothing comes from an image registry.',
  );
  const added = await during('Making the base images', () =>
    ensureBaseImages(engine.host, [EXAMPLE_BASE_IMAGE, EXAMPLE_RUNTIME_IMAGE, EXAMPLE_SERVICES_IMAGE]),
  );
  for (const image of added) {
    cleanUps.push(() => removeRepository(engine.host, image.slice(0, image.lastIndexOf(':'))));
  }
  cleanUps.push(() => removeRepository(engine.host, IMAGE));

  const token = `demo_${randomBytes(16).toString('hex')}`;
  const apps = await during("Making the apps' repositories", async () => {
    const created = await createExampleApps(join(folder, 'git'));
    await fillExampleApp(created);
    return created;
  });
  const gitServer = await startGitServer({
    folder: join(folder, 'git'),
    users: [{ token }],
    publicRepositories: [apps.frappe.name],
  });
  cleanUps.push(() => gitServer.close());
  const names = Object.values(apps.apps).map((app) => app.name.split('/').at(-1));
  tell(`A git server at ${gitServer.url}: frappe is public; ${names.join(', ')} need a token.`);

  const site = await createExampleSite({
    folder: join(folder, 'site'),
    gitUrl: gitServer.url,
    token,
    image: IMAGE,
    dialect: 'layered',
  });
  tell(`A site in ${site.folder}:\n.env, apps.json, a Containerfile, and the Compose file that runs it.`);
  return { engine, site, apps, gitServer };
}

async function findEngine({ tell, during }: DemoProgress): Promise<DemoEngine> {
  const running = await findRunningEngine();
  if (running !== undefined) {
    tell(`Using the running Docker Engine ${running.version} at ${running.host}.`);
    const dockerCli = { command: 'docker', env: { DOCKER_HOST: running.host } };
    await runCommand(dockerCli.command, ['compose', 'version']).catch(() => {
      throw new Error('`docker compose version` fails here. Install the Compose plugin, and run this again.');
    });
    return { host: running.host, dockerCli };
  }
  const right = canStartPrivateEngine();
  if (!right.allowed) {
    throw new Error(
      `No Docker Engine answers at ${runningEngineHost()}, and ${right.reason}.\n` +
        'Start Docker, or name its address in DOCKER_HOST, and run this again.',
    );
  }
  tell(
    `No Docker Engine answers at ${runningEngineHost()}, so a private one is started. The first time it is`,
  );
  tell('downloaded from your distribution; nothing is installed on the machine.');
  const version = privateEngineVersions().at(-1) ?? 'distribution';
  return during('Starting an engine', () => startPrivateEngine({ version, hasNetworks: true }));
}
