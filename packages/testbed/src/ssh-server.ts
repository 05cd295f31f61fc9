import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureCached } from './cache-folder.ts';
import { readDistribution, unpackPackages } from './debian-packages.ts';
import { canStartPrivateEngine } from './private-engine.ts';
import { runCommand } from './run-command.ts';

/** A git host, or an engine's, that is reached over ssh, on this machine's loopback: a real sshd with its own settings. */
export interface SshServer {
  /** `ssh://git@127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** A line for known_hosts. */
  readonly knownHost: string;
  /** Ends every connection. */
  drop(): void;
  /** Accepts this public key. */
  allow(publicKey: string): Promise<void>;
  stop(): Promise<void>;
}

export interface SshAgent {
  /** For SSH_AUTH_SOCK. */
  readonly socket: string;
  readonly publicKey: string;
  stop(): Promise<void>;
}

/** Why sshd cannot run here; `undefined` if it can. */
export function whyNoSshServer(): string | undefined {
  const right = canStartPrivateEngine();
  if (!right.allowed) return right.reason.replace('Docker Engine', 'sshd');
  return existsSync('/usr/bin/ssh-agent') ? undefined : 'there is no ssh-agent on this machine';
}

/** What `git@` may run there. */
export interface SshService {
  /** Serves the bare repositories `<repositories>/<org>/<name>.git`, answering as GitHub does for one that is not there. */
  readonly repositories?: string;
  /** Docker's client there, with the engine in its environment. */
  readonly docker?: { readonly command: string; readonly env: NodeJS.ProcessEnv };
}

/** @param folder one that exists, for its keys and settings */
export async function startSshServer(folder: string, service: SshService): Promise<SshServer> {
  const software = await ensureSshd();
  const port = await freePort();
  await makeKey(join(folder, 'host'));
  const serve = join(folder, 'serve');
  await writeFile(serve, serveScript(service));
  await chmod(serve, 0o755);
  const allowed = join(folder, 'authorized_keys');
  await writeFile(allowed, '');
  await writeFile(join(folder, 'sshd_config'), sshdConfig({ folder, port, allowed, serve }));
  // The users that sshd needs, and its folder below /run, are visible to it only.
  const users = `${await readFile('/etc/passwd', 'utf8')}\nsshd:x:64999:65534::/nonexistent:/bin/false\ngit:x:0:0::${folder}:/bin/sh\n`;
  await writeFile(join(folder, 'passwd'), users);
  const setUp = `mount --bind '${join(folder, 'passwd')}' /etc/passwd && mount -t tmpfs none /run && mkdir -m 0755 /run/sshd`;
  const sshd = join(software, 'usr/sbin/sshd');
  const child = spawn(
    'unshare',
    ['--mount', 'sh', '-c', `${setUp} && exec '${sshd}' -D -e -f '${join(folder, 'sshd_config')}'`],
    {
      env: { PATH: process.env.PATH, LD_LIBRARY_PATH: librariesOf(software) },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let said = '';
  child.stderr.on('data', (piece: Buffer) => {
    said = (said + piece.toString()).slice(-4000);
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  for (let left = 200; !(await isListening(port)); left--) {
    if (left === 0 || child.exitCode !== null) throw new Error(`sshd did not start:\n${said}`);
    await sleep(50);
  }
  const hostKey = (await readFile(join(folder, 'host.pub'), 'utf8')).split(' ').slice(0, 2).join(' ');
  return {
    url: `ssh://git@127.0.0.1:${port}`,
    port,
    knownHost: `[127.0.0.1]:${port} ${hostKey}\n`,
    drop() {
      const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
      for (const pid of children.split(' ').filter((text) => text !== ''))
        process.kill(Number(pid), 'SIGKILL');
    },
    allow: (publicKey) => writeFile(allowed, publicKey, { flag: 'a' }),
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/** Starts an agent that has one new key. */
export async function startSshAgent(folder: string): Promise<SshAgent> {
  const socket = join(folder, 'agent');
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  for (let left = 200; !existsSync(socket); left--) {
    if (left === 0) throw new Error('ssh-agent did not start');
    await sleep(50);
  }
  const key = join(folder, 'agent-key');
  await makeKey(key);
  await runCommand('ssh-add', ['-q', key], {
    environment: { PATH: process.env.PATH, SSH_AUTH_SOCK: socket },
  });
  return {
    socket,
    publicKey: await readFile(`${key}.pub`, 'utf8'),
    async stop() {
      child.kill();
      await ended;
    },
  };
}

async function makeKey(file: string): Promise<void> {
  await runCommand('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'of the tests', '-f', file]);
}

function sshdConfig(paths: {
  readonly folder: string;
  readonly port: number;
  readonly allowed: string;
  readonly serve: string;
}): string {
  return `ListenAddress 127.0.0.1
Port ${paths.port}
HostKey ${join(paths.folder, 'host')}
PidFile none
AuthorizedKeysFile ${paths.allowed}
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AllowUsers git
AcceptEnv GIT_PROTOCOL
ForceCommand ${paths.serve}
`;
}

function serveScript({ repositories = '/nonexistent', docker }: SshService): string {
  const variables = Object.entries(docker?.env ?? {}).map(([name, value]) => `${name}='${value}'`);
  const runDocker =
    docker &&
    `if [ "$1" = docker ]; then shift; exec env ${variables.join(' ')} '${docker.command}' "$@"; fi`;
  return `#!/bin/sh
set -- $(printf '%s' "$SSH_ORIGINAL_COMMAND" | tr -d "'")
${runDocker ?? ''}
[ "$1" = git-upload-pack ] || exit 1
repository='${repositories}'"\${2%.git}.git"
if [ ! -d "$repository" ]; then
  echo 'ERROR: Repository not found.' >&2
  exit 1
fi
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
exec git upload-pack "$repository"
`;
}

async function ensureSshd(): Promise<string> {
  const distribution = readDistribution();
  if (distribution === undefined) throw new Error('sshd is taken from Debian or Ubuntu');
  return ensureCached(`sshd-${distribution.codename}`, (into) =>
    unpackPackages(
      { suite: distribution.codename, packages: [], withDependencies: ['openssh-server'] },
      into,
    ),
  );
}

function librariesOf(software: string): string {
  return [
    'usr/lib/x86_64-linux-gnu',
    'lib/x86_64-linux-gnu',
    'usr/lib/aarch64-linux-gnu',
    'lib/aarch64-linux-gnu',
  ]
    .map((path) => join(software, path))
    .filter(existsSync)
    .join(':');
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
