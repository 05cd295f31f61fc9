import { type AskedRepository, hostOf, repositoryFailure } from './asked-repository.ts';
import type { DeBuildError } from './de-build-error.ts';

/** ssh has never seen the host's key, or knows none that it offers. */
export function gitSshHostUnknown(asked: AskedRepository): DeBuildError {
  const host = hostOf(asked.url);
  return repositoryFailure('git-ssh-host-unknown', asked, {
    what: `The key of ${host} is not known, so ${asked.url} was not asked for.`,
    why: 'ssh speaks only to hosts whose key stands in known_hosts; anybody could answer in the name of another.',
    fix: `Connect once by hand (\`${command(asked.url)}\`), hold the fingerprint it shows against the one that the host publishes, and say yes. In a pipeline, put the published key into ~/.ssh/known_hosts.`,
  });
}

/** Its key is another than the known one. */
export function gitSshHostChanged(asked: AskedRepository): DeBuildError {
  const host = hostOf(asked.url);
  return repositoryFailure('git-ssh-host-changed', asked, {
    what: `${host} has another key than the known one, so ${asked.url} was not asked for.`,
    why: 'Either the host was given a new key, or somebody else answers in its name.',
    fix: `Ask who runs ${host}, or look at what it publishes. Only when the new key is right, take the old one away with \`ssh-keygen -R ${knownAs(asked.url)}\` and connect once by hand.`,
  });
}

/** The host takes none of the keys, or there are none. */
export function gitSshKeyRefused(
  asked: AskedRepository & { readonly hasAgent: boolean; readonly keyFiles: number },
): DeBuildError {
  const host = hostOf(asked.url);
  const hasNone = !asked.hasAgent && asked.keyFiles === 0;
  return repositoryFailure('git-ssh-key-refused', asked, {
    what: hasNone
      ? `There is no ssh key to open ${asked.url} with.`
      : `${host} takes none of the ssh keys for ${asked.url}.`,
    why: hasNone
      ? 'No agent is told of (SSH_AUTH_SOCK), and ~/.ssh holds no key of a usual name.'
      : asked.hasAgent
        ? 'The keys of the agent were offered, and keys in ~/.ssh that need no passphrase.'
        : 'No agent is told of (SSH_AUTH_SOCK); only keys in ~/.ssh that need no passphrase were offered.',
    fix: hasNone
      ? 'Start an agent and give it the key (`eval "$(ssh-agent)"; ssh-add ~/.ssh/KEY`), or use an https URL with a token.'
      : `See what the agent has (\`ssh-add -l\`), and that its public key is registered at ${host}; \`${command(asked.url)}\` tells more. ssh_config is not read: a key that only it names must be in the agent.`,
  });
}

export function gitSshMissing(asked: AskedRepository): DeBuildError {
  return repositoryFailure('git-ssh-missing', asked, {
    what: `There is no ssh on this machine to ask for ${asked.url}.`,
    why: 'git hands ssh URLs to the program ssh, which is not in PATH.',
    fix: 'Install it (apt-get install openssh-client), or use an https URL with a token.',
  });
}

/** What a person would type to meet the host. */
function command(url: string): string {
  const { hostname, port } = URL.canParse(url) ? new URL(url) : { hostname: 'HOST', port: '' };
  return `ssh ${port === '' ? '' : `-p ${port} `}git@${hostname}`;
}

/** As known_hosts names it. */
function knownAs(url: string): string {
  const { hostname, port } = URL.canParse(url) ? new URL(url) : { hostname: 'HOST', port: '' };
  return port === '' ? hostname : `'[${hostname}]:${port}'`;
}
