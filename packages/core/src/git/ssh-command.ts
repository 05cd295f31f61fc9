import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../process/environment.ts';

const KEY_FILES = ['id_ed25519', 'id_ecdsa', 'id_rsa', 'id_ed25519_sk', 'id_ecdsa_sk'];

/** What a user authenticates with. */
export interface SshKeys {
  readonly agent: string | undefined;
  readonly keyFiles: readonly string[];
}

/** `undefined` for a URL of another protocol. */
export function sshKeysFor({ protocol }: URL, environment: Environment): SshKeys | undefined {
  return protocol === 'ssh:' ? findSshKeys(environment) : undefined;
}

function findSshKeys(environment: Environment): SshKeys {
  const agent = environment.SSH_AUTH_SOCK === '' ? undefined : environment.SSH_AUTH_SOCK;
  const folder = sshFolder(environment);
  const keyFiles = folder === undefined ? [] : KEY_FILES.map((name) => join(folder, name)).filter(existsSync);
  return { agent, keyFiles };
}

/**
 * Variables that make git use the machine's ssh with the user's agent, keys with default names and known hosts, but without
 * any ssh_config, which can name programs to run. ssh asks no question, and connects to no host whose key is not known.
 */
export function sshEnvironment(environment: Environment, timeoutMs: number): Record<string, string> {
  const { agent, keyFiles } = findSshKeys(environment);
  const folder = sshFolder(environment);
  const known = folder === undefined ? [] : [join(folder, 'known_hosts'), join(folder, 'known_hosts2')];
  const settings = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    ...(known.length === 0 ? [] : [`UserKnownHostsFile=${known.map(quoteSetting).join(' ')}`]),
    ...keyFiles.map((file) => `IdentityFile=${quoteSetting(file)}`),
    `ConnectTimeout=${Math.max(1, Math.min(15, Math.floor(timeoutMs / 1000)))}`,
    // A host that disappears is noticed during a fetch, too.
    'ServerAliveInterval=15',
    'ServerAliveCountMax=3',
    'ForwardAgent=no',
    'ForwardX11=no',
    'ClearAllForwardings=yes',
    'PermitLocalCommand=no',
    'UpdateHostKeys=no',
    'ControlPath=none',
  ];
  const words = ['ssh', '-F', '/dev/null', ...settings.flatMap((setting) => ['-o', setting])];
  return {
    GIT_SSH_COMMAND: words.map(quoteWord).join(' '),
    GIT_SSH_VARIANT: 'ssh',
    ...(agent && { SSH_AUTH_SOCK: agent }),
  };
}

function sshFolder({ HOME }: Environment): string | undefined {
  return HOME?.startsWith('/') === true ? join(HOME, '.ssh') : undefined;
}

/** As ssh parses a setting. */
function quoteSetting(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`;
}

/** For the shell that git runs the command with. */
function quoteWord(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
