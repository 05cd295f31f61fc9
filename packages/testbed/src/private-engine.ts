import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readDistribution } from './debian-packages.ts';
import { createEngineFolder } from './engine-folder.ts';
import { requestEngine } from './engine-request.ts';
import { type EngineSoftware, type EngineVersion, ensureEngineSoftware } from './engine-software.ts';
import { addNetworkNamespace, type NetworkNamespace } from './network-namespace.ts';
import { endProcess, findProcessesOf } from './process-table.ts';
import { openRemoteAccess, type RemoteAccess, remoteArguments } from './remote-access.ts';
import { runCommand } from './run-command.ts';
import { sweep } from './test-run.ts';

export interface PrivateEngineOptions {
  readonly version: EngineVersion;
  /** Size of a disk in memory for its data. Default: the disk of its folder. */
  readonly diskBytes?: number;
  /** Keeps images in containerd's store; not before 23. */
  readonly hasContainerdStore?: boolean;
  /**
   * In a network namespace of its own, where its containers reach each other by name: engines that share one break each
   * other's networks.
   */
  readonly hasNetworks?: boolean;
  /** Passes on all that a step prints; otherwise BuildKit cuts it off after 2 MB. */
  readonly keepsWholeLogs?: boolean;
  /** In a network namespace of its own, it also listens on tcp with TLS there. */
  readonly isRemote?: boolean;
}

/** How a command line client reaches an engine. */
export interface DockerCli {
  readonly command: string;
  /** Added to the caller's own environment. */
  readonly env: Readonly<Record<string, string>>;
}

export interface PrivateEngine {
  readonly version: EngineVersion;
  /** `unix:///…/docker.sock`, as DOCKER_HOST wants it. */
  readonly host: string;
  readonly socketPath: string;
  readonly dockerCli: DockerCli;
  readonly folder: string;
  /** Where it keeps images, containers and caches. */
  readonly dataFolder: string;
  /** Where its published ports are reached, if it is in a network namespace of its own. */
  readonly address?: string;
  /** Where it `isRemote`. */
  readonly remote?: RemoteAccess;
  /** The daemon's own log. */
  readonly logFile: string;
  /** Signals the daemon, by default with `SIGKILL`, and resolves when it has exited. Its data stays. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same data, after ending it if it still runs. */
  restart(): Promise<void>;
  /** Ends it and everything that it started, and removes its folder and its bridge. */
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;
const WITHOUT_LOG_LIMITS = { BUILDKIT_STEP_LOG_MAX_SIZE: '-1', BUILDKIT_STEP_LOG_MAX_SPEED: '-1' };
/** Its data: in its folder, or on a separate disk there. */
const DATA = 'data';
const CAPABILITIES = { NET_ADMIN: 12, SYS_ADMIN: 21 };

/** Whether this machine can run a private engine: Debian or Ubuntu, as root. */
export function canStartPrivateEngine(): { allowed: true } | { allowed: false; reason: string } {
  const refuse = (reason: string) => ({ allowed: false, reason }) as const;
  if (process.platform !== 'linux')
    return refuse(`a private Docker Engine needs Linux, not ${process.platform}`);
  if (readDistribution() === undefined) return refuse('a private Docker Engine needs Debian or Ubuntu');
  if (process.getuid?.() !== 0) return refuse('a private Docker Engine needs root');
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const missing = Object.entries(CAPABILITIES)
    .filter(([, bit]) => ((BigInt(`0x${effective}`) >> BigInt(bit)) & 1n) === 0n)
    .map(([name]) => name);
  if (missing.length > 0)
    return refuse(`a private Docker Engine needs the capability ${missing.join(' and ')}`);
  return { allowed: true };
}

/** The versions that {@link startPrivateEngine} can start here. */
export function privateEngineVersions(): readonly EngineVersion[] {
  if (!canStartPrivateEngine().allowed) return [];
  return readDistribution()?.id === 'debian' ? ['20.10', '28.5'] : ['distribution'];
}

/**
 * Starts a Docker Engine in a new folder, and downloads it the first time. It leaves the machine's firewall
 * and network settings unchanged, so its containers reach this machine but not the internet; builds that need the
 * internet use the host's network.
 */
export async function startPrivateEngine(options: PrivateEngineOptions): Promise<PrivateEngine> {
  const right = canStartPrivateEngine();
  if (!right.allowed) throw new Error(`Cannot start: ${right.reason}`);
  const isApart = (options.hasNetworks ?? false) || (options.isRemote ?? false);
  const software = await ensureEngineSoftware(options.version, isApart);
  const { folder, bridge, network } = await createEngineFolder(software.environment);
  const socketPath = join(folder, 'docker.sock');
  const host = `unix://${socketPath}`;
  const logFile = join(folder, 'dockerd.log');
  const features = { 'containerd-snapshotter': options.hasContainerdStore ?? false };
  let daemon: ChildProcess | undefined;
  let remote: RemoteAccess | undefined;
  let namespace: NetworkNamespace | undefined;

  const start = async (): Promise<void> => {
    daemon = await spawnDaemon({
      folder,
      bridge,
      socketPath,
      logFile,
      software,
      features,
      keepsWholeLogs: options.keepsWholeLogs ?? false,
      remote,
      namespace,
    });
    await waitUntilReady(daemon, host, logFile);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = daemon;
    daemon = undefined;
    if (running?.pid === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.ref();
    running.kill(signal);
    await gone;
    await endContainerd(folder);
  };

  try {
    const dockerCli = await prepareCli(folder, host, software);
    await prepareData(join(folder, DATA), options.diskBytes);
    if (isApart) {
      namespace = await addNetworkNamespace({ folder, bridge, network }, software.environment);
      if (options.isRemote) remote = await openRemoteAccess(folder, namespace);
    }
    await start();
    return {
      version: options.version,
      ...{ host, socketPath, dockerCli, folder, logFile },
      dataFolder: join(folder, DATA),
      ...(namespace === undefined ? {} : { address: namespace.address }),
      ...(remote === undefined ? {} : { remote }),
      kill: (signal = 'SIGKILL') => end(signal),
      restart: async () => {
        await end('SIGTERM');
        await start();
      },
      stop: () => sweep(folder),
    };
  } catch (error) {
    await sweep(folder);
    throw error;
  }
}

async function spawnDaemon(options: {
  readonly folder: string;
  readonly bridge: string;
  readonly socketPath: string;
  readonly logFile: string;
  readonly software: EngineSoftware;
  readonly features: Readonly<Record<string, boolean>>;
  readonly keepsWholeLogs: boolean;
  readonly remote: RemoteAccess | undefined;
  readonly namespace: NetworkNamespace | undefined;
}): Promise<ChildProcess> {
  const { folder, software } = options;
  // The machine's settings do not apply to this engine, nor does the key that an engine before 23 keeps with them.
  const settings =
    (await majorVersionOf(software)) < 23
      ? { 'deprecated-key-path': `${folder}/key.json` }
      : { features: options.features };
  await writeFile(join(folder, 'daemon.json'), JSON.stringify(settings));
  const log = await open(options.logFile, 'a');
  try {
    const { remote, namespace } = options;
    const dockerd = join(software.folder, 'usr/sbin/dockerd');
    // `ip netns exec` would hide the control groups.
    const inNamespace = namespace && ['nsenter', `--net=/var/run/netns/${namespace.name}`];
    const [command = dockerd, ...before] = inNamespace === undefined ? [dockerd] : [...inNamespace, dockerd];
    const daemon = spawn(
      command,
      [
        ...before,
        `--data-root=${join(folder, DATA)}`,
        `--exec-root=${folder}/exec`,
        `--pidfile=${folder}/dockerd.pid`,
        `--host=unix://${options.socketPath}`,
        `--bridge=${options.bridge}`,
        '--iptables=false',
        '--ip6tables=false',
        '--ip-forward=false',
        '--ip-masq=false',
        '--shutdown-timeout=2',
        '--log-level=warn',
        `--config-file=${folder}/daemon.json`,
        ...(remote === undefined ? [] : remoteArguments(folder, remote)),
      ],
      {
        env: {
          ...software.environment,
          ...(options.keepsWholeLogs ? WITHOUT_LOG_LIMITS : {}),
          ...{ HOME: folder, DOCKER_CONFIG: join(folder, 'cli') },
        },
        stdio: ['ignore', log.fd, log.fd],
        // Ctrl-C in the terminal is for the caller, which ends the engine when it cleans up.
        detached: true,
      },
    );
    daemon.unref();
    await new Promise((resolve, reject) => {
      daemon.once('spawn', resolve);
      daemon.once('error', reject);
    });
    return daemon;
  } finally {
    await log.close();
  }
}

async function majorVersionOf(software: EngineSoftware): Promise<number> {
  const said = await runCommand(join(software.folder, 'usr/sbin/dockerd'), ['--version'], {
    environment: software.environment,
  });
  return Number(/\d+/.exec(said)?.[0]);
}

async function waitUntilReady(daemon: ChildProcess, host: string, logFile: string): Promise<void> {
  for (const end = Date.now() + READY_WITHIN_MS; Date.now() < end; await sleep(50)) {
    if (daemon.exitCode !== null || daemon.signalCode !== null) break;
    const answer = await requestEngine(host, { path: '/_ping', timeoutMs: 5000 }).catch(() => undefined);
    if (answer === 'OK') return;
  }
  const log = (await readFile(logFile, 'utf8')).trim().split('\n').slice(-15).join('\n');
  throw new Error(`The private Docker Engine did not start. Its log ends:\n${log}`);
}

/** The kernel ends it with the daemon, but a new daemon would use a dying one, or its zombie. */
async function endContainerd(folder: string): Promise<void> {
  const file = join(folder, 'exec/containerd/containerd.pid');
  const pid = existsSync(file) ? Number(await readFile(file, 'utf8')) : 0;
  if (findProcessesOf(folder).includes(pid)) await endProcess(pid);
  await rm(file, { force: true });
}

async function prepareData(folder: string, diskBytes: number | undefined): Promise<void> {
  await mkdir(folder);
  if (diskBytes === undefined) return;
  await runCommand('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes},mode=711`, 'tmpfs', folder]);
}

/** A separate client configuration, which finds the plugins that came with the engine. */
async function prepareCli(folder: string, host: string, software: EngineSoftware): Promise<DockerCli> {
  const plugins = join(folder, 'cli', 'cli-plugins');
  await mkdir(plugins, { recursive: true });
  const shipped = join(software.folder, 'usr/libexec/docker/cli-plugins');
  for (const name of existsSync(shipped) ? await readdir(shipped) : []) {
    await symlink(join(shipped, name), join(plugins, name));
  }
  return {
    command: join(software.folder, 'usr/bin/docker'),
    env: { DOCKER_HOST: host, DOCKER_CONFIG: join(folder, 'cli'), DOCKER_BUILDKIT: '1' },
  };
}
