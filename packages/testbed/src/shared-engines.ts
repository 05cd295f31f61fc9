import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BUSYBOX_IMAGE, EXAMPLE_BASE_IMAGE, ensureBaseImages } from './base-image.ts';
import { requestEngine } from './engine-request.ts';
import {
  canStartPrivateEngine,
  type DockerCli,
  privateEngineVersions,
  startPrivateEngine,
} from './private-engine.ts';
import { openTestRun } from './test-run.ts';

/** An engine for all tests of a run, which none may kill or prune without labels. */
export interface SharedEngine {
  /** `20.10`, `28.5`; for the machine's engine, the version that it reports. */
  readonly version: string;
  readonly host: string;
  /** Undefined for an engine over TCP. */
  readonly socketPath: string | undefined;
  readonly dockerCli: DockerCli;
  readonly busyboxImage: string;
  readonly baseImage: string;
}

/** Names the file that lists the engines that a run shares. Set it to your own file to reuse running engines. */
export const SHARED_ENGINES_VARIABLE = 'DE_BUILD_TEST_ENGINES';

interface SharedEnginesFile {
  readonly engines: readonly SharedEngine[];
  /** Why there are none. */
  readonly reason?: string;
}

/** The engines of this test run. Empty if there are none; {@link whyNoEngine} then says why. */
export function sharedEngines(): readonly SharedEngine[] {
  return readShared().engines;
}

/** Why tests that need an engine are skipped; undefined if they are not. */
export function whyNoEngine(): string | undefined {
  const { engines, reason } = readShared();
  return engines.length > 0 ? undefined : (reason ?? 'no engine was started for this run');
}

/** Why tests that kill, fill or prune a private engine are skipped; undefined if they are not. */
export function whyNoPrivateEngine(): string | undefined {
  const right = canStartPrivateEngine();
  return right.allowed ? undefined : right.reason;
}

/**
 * Starts the engines that a test run shares, with their base images: a private one of every version that this machine
 * can start, else the running one. The private ones end with the run.
 */
export async function startSharedEngines(): Promise<void> {
  if (process.env[SHARED_ENGINES_VARIABLE] !== undefined) return;
  const { folder } = await openTestRun();
  const file = join(folder, 'engines.json');
  await writeFile(file, JSON.stringify(await startEngines()));
  process.env[SHARED_ENGINES_VARIABLE] = file;
}

async function startEngines(): Promise<SharedEnginesFile> {
  const engines = await Promise.all(
    privateEngineVersions().map(async (version) => {
      const { host, dockerCli } = await startPrivateEngine({ version });
      await ensureBaseImages(host);
      return describe(version, host, dockerCli);
    }),
  );
  if (engines.length > 0) return { engines };
  const running = await findRunningEngine();
  if (running !== undefined) {
    await ensureBaseImages(running.host);
    return { engines: [describe(running.version, running.host, { command: 'docker', env: {} })] };
  }
  return { engines: [], reason: `no Docker Engine runs here, and ${whyNoPrivateEngine()}` };
}

/** The engine that the docker command would use, if it answers. */
export async function findRunningEngine(): Promise<{ host: string; version: string } | undefined> {
  const host = runningEngineHost();
  if (!/^(unix|tcp|http):/.test(host)) return undefined;
  const answer = await requestEngine(host, { path: '/version', timeoutMs: 5000 }).catch(() => undefined);
  return answer === undefined ? undefined : { host, version: String(JSON.parse(answer).Version) };
}

/** The address that the docker command would use. */
export function runningEngineHost(): string {
  return process.env.DOCKER_HOST || 'unix:///var/run/docker.sock';
}

function describe(version: string, host: string, dockerCli: DockerCli): SharedEngine {
  return {
    version,
    host,
    socketPath: host.startsWith('unix:') ? new URL(host).pathname : undefined,
    dockerCli: { ...dockerCli, env: { DOCKER_HOST: host, ...dockerCli.env } },
    busyboxImage: BUSYBOX_IMAGE,
    baseImage: EXAMPLE_BASE_IMAGE,
  };
}

function readShared(): SharedEnginesFile {
  const file = process.env[SHARED_ENGINES_VARIABLE];
  if (file === undefined || !existsSync(file)) return { engines: [] };
  return JSON.parse(readFileSync(file, 'utf8')) as SharedEnginesFile;
}
