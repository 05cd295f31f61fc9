import { existsSync } from 'node:fs';
import { join } from 'node:path';

const KEY_FILES = ['id_ed25519', 'id_ecdsa', 'id_rsa', 'id_ed25519_sk', 'id_ecdsa_sk'];

/** Through what a person proves who they are. */
export interface SshMeans {
  readonly agent: string | undefined;
  readonly keyFiles: readonly string[];
}

/** `undefined` for a URL that is not asked over ssh. */
export function sshMeansFor(
  { protocol }: URL,
  environment: Readonly<Record<string, string | undefined>>,
): SshMeans | undefined {
  return protocol === 'ssh:' ? findSshMeans(environment) : undefined;
}

function findSshMeans(environment: Readonly<Record<string, string | undefined>>): SshMeans {
  const agent = environment.SSH_AUTH_SOCK === '' ? undefined : environment.SSH_AUTH_SOCK;
  const folder = sshFolder(environment);
  const keyFiles = folder === undefined ? [] : KEY_FILES.map((name) => join(folder, name)).filter(existsSync);
  return { agent, keyFiles };
}

/**
 * Variables that make git use the machine's own ssh: with the person's agent, keys of the usual names and known hosts, and
 * with nothing of an ssh_config, which can name programs to run. Nobody is asked a question, and a host whose key is not
 * known is not spoken to.
 */
export function sshEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  timeoutMs: number,
): Record<string, string> {
  const { agent, keyFiles } = findSshMeans(environment);
  const folder = sshFolder(environment);
  const known = folder === undefined ? [] : [join(folder, 'known_hosts'), join(folder, 'known_hosts2')];
  const settings = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    ...(known.length === 0 ? [] : [`UserKnownHostsFile=${known.map(quoteSetting).join(' ')}`]),
    ...keyFiles.map((file) => `IdentityFile=${quoteSetting(file)}`),
    `ConnectTimeout=${Math.max(1, Math.min(15, Math.floor(timeoutMs / 1000)))}`,
    // A host that is gone is noticed in the middle of a fetch, too.
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
    ...(agent === undefined ? {} : { SSH_AUTH_SOCK: agent }),
  };
}

function sshFolder({ HOME }: Readonly<Record<string, string | undefined>>): string | undefined {
  return HOME?.startsWith('/') === true ? join(HOME, '.ssh') : undefined;
}

/** For ssh's own reading of a setting. */
function quoteSetting(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`;
}

/** For the shell that git hands the command to. */
function quoteWord(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
