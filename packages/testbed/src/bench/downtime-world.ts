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
import { runCommand } from '../run-command.ts';
import type { BenchContext } from './bench-context.ts';
import { runProgram } from './program.ts';

export interface DowntimeWorld {
  readonly project: ExampleProject;
  /** Runs de-build on the site; returns its standard output. */
  deBuild(...args: readonly string[]): Promise<string>;
  /** Releases the next version, with another bundle, and a patch that sleeps where seconds are given. */
  release(patchSeconds?: number): Promise<void>;
}

const PATCHES = 'mini_erp/patches.txt';
const BUNDLE = 'mini_erp/public/js/erp.bundle.js';

/** The example site, running on an engine of its own; undefined where there can be none. */
export async function startDowntimeWorld(
  context: BenchContext,
  { hasProxy }: { readonly hasProxy: boolean },
): Promise<DowntimeWorld | undefined> {
  const version = privateEngineVersions().at(-1);
  if (version === undefined) return undefined;
  const folder = join(context.folder, `downtime-${hasProxy ? 'proxy' : 'port'}`);
  const token = `bench_${randomBytes(16).toString('hex')}`;
  const engine = await startPrivateEngine({ version, hasNetworks: true });
  context.cleanUps.push(() => engine.stop());
  await ensureBaseImages(engine.host, [EXAMPLE_BASE_IMAGE, EXAMPLE_RUNTIME_IMAGE, EXAMPLE_SERVICES_IMAGE]);
  const apps = await createExampleApps(join(folder, 'git'));
  await fillExampleApp(apps);
  const { mini_erp } = apps.apps;
  const gitServer = await startGitServer({
    folder: join(folder, 'git'),
    users: [{ token }],
    publicRepositories: [apps.frappe.name],
  });
  context.cleanUps.push(() => gitServer.close());
  const site = await createExampleSite({
    folder: join(folder, 'site'),
    gitUrl: gitServer.url,
    token,
    image: 'de-build-bench/downtime',
    dialect: 'layered',
  });
  const deBuild = async (...args: readonly string[]) => {
    const environment = { ...engine.dockerCli.env, DOCKER_HOST: engine.host };
    const program = context.deBuild([...args, '--json'], { folder: site.folder, environment });
    return (await runProgram(program, context.signal)).stdout;
  };
  await deBuild();
  const project = await startExampleProject({ engine, site, hasProxy });
  context.cleanUps.push(() => project.down());
  const read = (path: string) => runCommand('git', ['--git-dir', mini_erp.folder, 'show', `HEAD:${path}`]);
  let number = 0;
  return {
    project,
    deBuild,
    async release(patchSeconds) {
      number += 1;
      const patch = `mini_erp.patches.v15_0.sleep_${number}`;
      const files = {
        [BUNDLE]: `${await read(BUNDLE)}\n// ${number}\n`,
        ...(patchSeconds === undefined
          ? {}
          : {
              [PATCHES]: `${(await read(PATCHES)).trimEnd()}\n${patch}\n`,
              [`${patch.replaceAll('.', '/')}.py`]: `import time\n\n\ndef execute():\n    time.sleep(${patchSeconds})\n`,
            }),
      };
      await mini_erp.commit({ files });
      await site.setEnv('DE_SITE_VERSION', `1.${number}.0`);
      await site.commit(`Release 1.${number}.0`);
      await deBuild();
    },
  };
}
