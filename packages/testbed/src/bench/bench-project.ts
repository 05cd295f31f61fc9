import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  EXAMPLE_BASE_IMAGE,
  EXAMPLE_RUNTIME_IMAGE,
  EXAMPLE_SERVICES_IMAGE,
  ensureBaseImages,
} from '../base-image.ts';
import { createExampleApps, fillExampleApp } from '../example-apps.ts';
import { type ExampleProject, startExampleProject } from '../example-project.ts';
import { createExampleSite } from '../example-site.ts';
import { startGitServer } from '../git-server.ts';
import { privateEngineVersions, startPrivateEngine } from '../private-engine.ts';
import { whyNoPrivateEngine } from '../shared-engines.ts';
import type { BenchContext } from './bench-context.ts';
import type { Program } from './program.ts';
import { runProgram } from './program.ts';

/** The example site as a running project, on an engine of its own. */
export interface BenchProject {
  readonly project: ExampleProject;
  /** A command line of de-build in the site's folder. */
  readonly deBuild: (args: readonly string[]) => Program;
  /** A shell command that runs `docker`. */
  readonly byHand: (command: string) => Program;
  /** Runs SQL on the database of its site, as the server's root. */
  readonly sql: (statements: string) => Promise<string>;
}

/** Undefined if this machine cannot start one. */
export async function startBenchProject(context: BenchContext): Promise<BenchProject | undefined> {
  const reason = whyNoPrivateEngine();
  if (reason !== undefined) {
    context.tell(`Skipping the part that needs a running project: ${reason}`);
    return undefined;
  }
  const { cleanUps, signal } = context;
  const version = privateEngineVersions().at(-1) ?? 'distribution';
  const engine = await startPrivateEngine({ version, hasNetworks: true });
  cleanUps.push(() => engine.stop());
  await ensureBaseImages(engine.host, [EXAMPLE_BASE_IMAGE, EXAMPLE_RUNTIME_IMAGE, EXAMPLE_SERVICES_IMAGE]);
  const folder = join(context.folder, 'project');
  const apps = await createExampleApps(join(folder, 'git'));
  await fillExampleApp(apps);
  const token = `bench_${randomBytes(16).toString('hex')}`;
  const server = await startGitServer({
    folder: join(folder, 'git'),
    users: [{ token }],
    publicRepositories: [apps.frappe.name],
  });
  cleanUps.push(() => server.close());
  const site = await createExampleSite({
    ...{ folder: join(folder, 'site'), gitUrl: server.url, token },
    image: 'de-build-bench/project',
    dialect: 'layered',
  });
  const { command, env } = engine.dockerCli;
  const environment = { ...env, DOCKER_HOST: engine.host };
  const deBuild = (args: readonly string[]) => context.deBuild(args, { folder: site.folder, environment });
  await runProgram(deBuild(['--progress', 'json']), signal);
  const project = await startExampleProject({ engine, site });
  cleanUps.push(() => project.down());
  const byHand = (shell: string): Program => ({
    command: 'sh',
    args: ['-c', `docker() { "${command}" "$@"; }; ${shell}`],
    folder: site.folder,
    environment,
  });
  const [[database = ''] = []] = await project.sql('select database()');
  const root = ['exec', '-T', 'db', 'mariadb', '--user=root', '--skip-column-names'];
  return {
    ...{ project, deBuild, byHand },
    sql: (statements) => project.compose(...root, '--execute', statements, database),
  };
}
