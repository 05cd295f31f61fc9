import { EXAMPLE_BASE_IMAGE, ensureBaseImages } from '../base-image.ts';
import {
  type DockerCli,
  type PrivateEngine,
  privateEngineVersions,
  startPrivateEngine,
} from '../private-engine.ts';
import { runCommand } from '../run-command.ts';

/** The engine that both sides build on, and the client that is measured against. */
export interface BenchEngine {
  readonly socketPath: string;
  readonly dockerCli: DockerCli;
  /** `docker buildx build`, or `docker build` if the distribution has no buildx. */
  readonly buildCommand: readonly string[];
  /** `Docker Engine 28.5.2, buildx 0.29.1` */
  readonly description: string;
  stop(): Promise<void>;
}

/** Starts a private engine of the newest available version, with the base image of the example site. */
export async function startBenchEngine(): Promise<BenchEngine | undefined> {
  const version = privateEngineVersions().at(-1);
  if (version === undefined) return undefined;
  const engine = await startPrivateEngine({ version });
  try {
    await ensureBaseImages(engine.host, [EXAMPLE_BASE_IMAGE]);
    const buildx = await readBuildxVersion(engine);
    return {
      socketPath: engine.socketPath,
      dockerCli: engine.dockerCli,
      buildCommand: buildx === undefined ? ['build'] : ['buildx', 'build'],
      description: `Docker Engine ${await readServerVersion(engine)}, ${
        buildx === undefined ? 'docker build' : `buildx ${buildx}`
      }`,
      stop: () => engine.stop(),
    };
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

function readServerVersion({ dockerCli }: PrivateEngine): Promise<string> {
  return docker(dockerCli, ['version', '--format', '{{.Server.Version}}']);
}

async function readBuildxVersion({ dockerCli }: PrivateEngine): Promise<string | undefined> {
  const answer = await docker(dockerCli, ['buildx', 'version']).catch(() => undefined);
  return /\bv?(\d+\.\d+\.\d+)/.exec(answer ?? '')?.[1];
}

function docker(cli: DockerCli, args: readonly string[]): Promise<string> {
  return runCommand(cli.command, args, { environment: { ...process.env, ...cli.env } });
}
