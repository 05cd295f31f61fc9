import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { EXAMPLE_BASE_IMAGE, ensureBaseImages, removeRepository } from './base-image.ts';
import type { DemoProgress } from './demo-progress.ts';
import { createExampleApps, type ExampleApps } from './example-apps.ts';
import { createExampleSite, type ExampleSite } from './example-site.ts';
import { type GitServer, startGitServer } from './git-server.ts';
import { canStartPrivateEngine, startPrivateEngine } from './private-engine.ts';
import { findRunningEngine, runningEngineHost } from './shared-engines.ts';
import { openTestRun } from './test-run.ts';

/** What the demo runs with. */
export interface DemoStage {
  /** DOCKER_HOST for the demo's commands. */
  readonly engineHost: string;
  readonly site: ExampleSite;
  readonly apps: ExampleApps;
  readonly gitServer: GitServer;
}

/** Called in reverse order, even if one fails. */
export type CleanUp = () => Promise<unknown>;

const IMAGE = 'de-build-demo/mini-erp';

/** Sets up the demo; each part adds its clean-up to `cleanUps` as soon as it exists. */
export async function setDemoStage(progress: DemoProgress, cleanUps: CleanUp[]): Promise<DemoStage> {
  const { tell, during } = progress;
  const run = await openTestRun();
  cleanUps.push(() => run.end());
  const { folder } = run;
  const engineHost = await findEngine(progress);
  tell(
    'The base image: a small Debian with git and Python, made here. Nothing comes from an image registry.',
  );
  const added = await during('Making the base image', () =>
    ensureBaseImages(engineHost, [EXAMPLE_BASE_IMAGE]),
  );
  for (const image of added) {
    cleanUps.push(() => removeRepository(engineHost, image.slice(0, image.lastIndexOf(':'))));
  }
  cleanUps.push(() => removeRepository(engineHost, IMAGE));

  const token = `demo_${randomBytes(16).toString('hex')}`;
  const apps = await during("Making the apps' repositories", () => createExampleApps(join(folder, 'git')));
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
  });
  tell(`A site in ${site.folder}: .env, apps.json, a Containerfile.`);
  return { engineHost, site, apps, gitServer };
}

async function findEngine({ tell, during }: DemoProgress): Promise<string> {
  const running = await findRunningEngine();
  if (running !== undefined) {
    tell(`Using the running Docker Engine ${running.version} at ${running.host}.`);
    return running.host;
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
  const engine = await during('Starting an engine', () => startPrivateEngine({ version: 'distribution' }));
  return engine.host;
}
