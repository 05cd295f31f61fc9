import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  changeOrders,
  EXAMPLE_BASE_IMAGE,
  EXAMPLE_RUNTIME_IMAGE,
  EXAMPLE_SERVICES_IMAGE,
  type ExampleProject,
  type ExampleSite,
  ensureBaseImages,
  fillExampleApp,
  type PrivateEngine,
  privateEngineVersions,
  startExampleProject,
  startPrivateEngine,
} from '@de-build/testbed';
import { createExampleWorld, type ExampleWorld } from './example-world.ts';
import { type CliRun, runCli } from './run-cli.ts';
import { runRelease } from './run-release.ts';

export interface DeployedWorldOptions {
  readonly sites: readonly string[];
  /** Seconds between two rounds of the scheduler; 60 unless given. */
  readonly schedulerTick?: number;
}

/** The example site, released as 1.0.0 and running as a project of Compose on an engine of its own. */
export interface DeployedWorld {
  readonly engine: PrivateEngine;
  readonly world: ExampleWorld;
  readonly site: ExampleSite;
  readonly project: ExampleProject;
  /** Runs the CLI on the site, and parses the document that it prints. */
  // biome-ignore lint/suspicious/noExplicitAny: the documents of several commands
  deBuild(...args: readonly string[]): Promise<CliRun & { readonly document: any }>;
  /** Releases a version; with `patch`, its SQL statements, separated by `; `, are a new patch of the app. */
  release(version: string, patch?: string): Promise<void>;
  /** Adds a field to the doctype, and patches of these SQL statements, which take the place of those that failed. */
  changeOrders(field: string | undefined, patches: Readonly<Record<string, string>>): Promise<void>;
  addOrder(customer: string): Promise<void>;
  setConfig(changes: object): Promise<void>;
  imagesOf(...services: readonly string[]): Promise<readonly string[]>;
  containersOf(...services: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

/** The base images are made the first time. */
export async function startDeployedWorld(options: DeployedWorldOptions): Promise<DeployedWorld> {
  const version = privateEngineVersions().at(-1) ?? 'distribution';
  const [engine, world] = await Promise.all([
    startPrivateEngine({ version, hasNetworks: true }),
    createExampleWorld(),
  ]);
  try {
    await ensureBaseImages(engine.host, [EXAMPLE_BASE_IMAGE, EXAMPLE_RUNTIME_IMAGE, EXAMPLE_SERVICES_IMAGE]);
    await fillExampleApp(world.apps);
    const site = await world.addSite(engine, { dialect: 'layered' });
    await releaseVersion(site, engine, '1.0.0');
    const project = await startExampleProject({ engine, site, ...options });
    return openDeployedWorld({ engine, world, site, project });
  } catch (error) {
    await world.close();
    await engine.stop();
    throw error;
  }
}

function openDeployedWorld(
  parts: Pick<DeployedWorld, 'engine' | 'world' | 'site' | 'project'>,
): DeployedWorld {
  const { engine, world, site, project } = parts;
  const change: DeployedWorld['changeOrders'] = async (field, patches) => {
    const fields =
      field === undefined ? {} : { field: { name: field, type: field === 'priority' ? 'Int' : 'Data' } };
    await changeOrders(world.apps, { ...fields, patches });
  };
  return {
    ...parts,
    changeOrders: change,
    async deBuild(...args) {
      const run = await runCli([...args, '--json', '--host', engine.host], {
        folder: site.folder,
        environment: engine.dockerCli.env,
      });
      return { ...run, document: JSON.parse(run.stdout) };
    },
    async release(version, patch) {
      if (patch !== undefined) await change(undefined, { [`for_${version.replaceAll('.', '_')}`]: patch });
      await releaseVersion(site, engine, version);
    },
    async addOrder(customer) {
      const added = await project.get('/api/resource/Sales%20Order', { body: { customer, total: 1 } });
      assert.equal(added.status, 200, added.text);
    },
    async setConfig(changes) {
      const path = join(site.folder, 'de-build.json');
      const config = JSON.parse(await readFile(path, 'utf8'));
      await writeFile(path, JSON.stringify({ ...config, ...changes }));
    },
    async imagesOf(...services) {
      const listed = await project.compose('ps', '--format={{.Image}}', ...services);
      return [...new Set(listed.split('\n'))];
    },
    containersOf: (...services) => project.compose('ps', '--quiet', ...services),
    async close() {
      await project.down().catch(() => undefined);
      await world.close();
      await engine.stop();
    },
  };
}

async function releaseVersion(site: ExampleSite, engine: PrivateEngine, version: string): Promise<void> {
  await site.setEnv('DE_SITE_VERSION', version);
  await site.commit(`Record the release before ${version}`);
  const { exitCode, output } = await runRelease(site, engine);
  assert.equal(exitCode, 0, output);
}
