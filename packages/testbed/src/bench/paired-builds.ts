import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExampleSite } from '../example-site.ts';
import { runCommand } from '../run-command.ts';
import { assertCached, assertPeerCached } from './assert-cached.ts';
import type { BenchContext } from './bench-context.ts';
import type { BenchEngine } from './bench-engine.ts';
import { type ProgramRun, runProgram } from './program.ts';

/** The same site built by de-build and by Docker's client, with the same arguments, labels and secret. */
export interface PairedBuilds {
  /** Releases the next version; raising it in `.env` is not timed. */
  readonly ours: (host?: string) => Promise<OurBuild>;
  /** Builds what the last release built, under a different tag. */
  readonly peer: (host?: string) => Promise<ProgramRun>;
  /** The same after an app moved: steps run again. */
  readonly changed: {
    readonly ours: () => Promise<OurBuild>;
    /** @param cacheBust what changes the cache's key */
    readonly peer: (cacheBust: string) => Promise<ProgramRun>;
  };
}

export interface OurBuild extends ProgramRun {
  /** How long each stage took, in ms, in order. */
  readonly stages: ReadonlyMap<string, number>;
}

/**
 * Builds twice with each, so that everything is cached; throws if a later build is not cached.
 * @param series of the versions that are released
 */
export async function prepareBuilds(
  context: BenchContext,
  engine: BenchEngine,
  site: ExampleSite,
  series = '1.0',
): Promise<PairedBuilds> {
  const { deBuild, signal } = context;
  const host = `unix://${engine.socketPath}`;
  const secretFile = join(site.folder, '..', 'apps_json');
  await writeFile(secretFile, await fillApps(site), { mode: 0o600 });
  let patch = 0;
  const version = () => `${series}.${patch}`;

  const release = async (through = host): Promise<OurBuild> => {
    patch += 1;
    await site.setEnv('DE_SITE_VERSION', version());
    const program = deBuild(['--progress', 'json'], {
      folder: site.folder,
      environment: { DOCKER_HOST: through },
    });
    const run = await runProgram(program, signal);
    return { ...run, stages: readStages(run.stdout) };
  };
  const build = async (through = host, more: readonly string[] = []): Promise<ProgramRun> => {
    const args = await sameArguments(engine, site, version());
    return runProgram(
      {
        command: engine.dockerCli.command,
        args: [
          ...engine.buildCommand,
          ...args,
          ...more,
          ...['--progress', 'plain', '--network', 'host', '--file', site.containerfile],
          ...['--secret', `id=apps_json,src=${secretFile}`],
          ...['--tag', `${site.image}-by-docker:${version()}`, '.'],
        ],
        folder: site.folder,
        environment: { ...engine.dockerCli.env, DOCKER_HOST: through },
      },
      signal,
    );
  };

  for (const _ of ['fills the cache', 'is cached']) {
    await release();
    await build();
  }
  return {
    async ours(through) {
      const run = await release(through);
      assertCached(run.stdout);
      return run;
    },
    async peer(through) {
      const run = await build(through);
      assertPeerCached(run.stderr);
      return run;
    },
    changed: {
      ours: () => release(),
      peer: (cacheBust) => build(host, ['--build-arg', `CACHE_BUST=${cacheBust}`]),
    },
  };
}

/** What de-build gave the engine for this version: its build args from the record, its labels from the image. */
async function sameArguments(
  engine: BenchEngine,
  site: ExampleSite,
  version: string,
): Promise<readonly string[]> {
  const { dockerCli } = engine;
  const reference = `${site.image}:${version}`;
  const labels: Record<string, string> = JSON.parse(
    await runCommand(dockerCli.command, ['inspect', '--format', '{{json .Config.Labels}}', reference], {
      environment: { ...process.env, ...dockerCli.env },
    }),
  );
  const record = JSON.parse(await readFile(join(site.folder, `build-manifests/${version}.json`), 'utf8'));
  const args: Record<string, { value?: string; source: string }> = record.buildArgs;
  return [
    ...Object.entries(args)
      .filter(([, { source, value }]) => source !== 'containerfile' && value !== undefined)
      .flatMap(([name, { value }]) => ['--build-arg', `${name}=${value}`]),
    ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
  ];
}

async function fillApps(site: ExampleSite): Promise<string> {
  const env = await readFile(join(site.folder, '.env'), 'utf8');
  const token = /^PAT_DESIRED_EFFECT=(.+)$/m.exec(env)?.[1] ?? '';
  const apps = await readFile(join(site.folder, 'apps.json'), 'utf8');
  return apps.replaceAll('${PAT_DESIRED_EFFECT}', token);
}

function readStages(output: string): ReadonlyMap<string, number> {
  const stages = new Map<string, number>();
  for (const line of output.split('\n')) {
    if (!line.startsWith('{')) continue;
    const event = JSON.parse(line);
    if (event.type === 'stage' && event.state === 'done') stages.set(event.stage, event.durationMs);
  }
  return stages;
}

/** The stages without an equivalent in Docker's client: the checks before the build and after it. */
export const CHECKS: readonly string[] = ['read', 'check', 'verify'];

export function checksOf({ stages }: OurBuild): number {
  return CHECKS.reduce((sum, stage) => sum + (stages.get(stage) ?? 0), 0);
}
