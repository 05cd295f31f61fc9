import type { DeBuildError } from './de-build-error.ts';
import { hostOf, type RepositoryRequest, repositoryFailure } from './repository-request.ts';

/** The host's key is not in known_hosts, or it offers no key of a known kind. */
export function gitSshHostUnknown(request: RepositoryRequest): DeBuildError {
  const host = hostOf(request.url);
  return repositoryFailure('git-ssh-host-unknown', request, {
    what: `The ssh host key of ${host} is not known, so ${request.url} was not read.`,
    why: 'ssh connects only to hosts whose key is in known_hosts, so that no one can impersonate them.',
    fix: `Connect once by hand (\`${command(request.url)}\`), compare the fingerprint with the one that the host publishes, and answer yes. In a pipeline, add the published key to ~/.ssh/known_hosts.`,
  });
}

/** Its key differs from the known one. */
export function gitSshHostChanged(request: RepositoryRequest): DeBuildError {
  const host = hostOf(request.url);
  return repositoryFailure('git-ssh-host-changed', request, {
    what: `The ssh host key of ${host} has changed, so ${request.url} was not read.`,
    why: 'Either the host has a new key, or someone impersonates it.',
    fix: `Ask the operator of ${host}, or look up the key that it publishes. Only if the new key is correct, remove the old one with \`ssh-keygen -R ${knownAs(request.url)}\` and connect once by hand.`,
  });
}

/** The host accepts none of the keys, or there are none. */
export function gitSshKeyRefused(
  request: RepositoryRequest & { readonly hasAgent: boolean; readonly keyFiles: number },
): DeBuildError {
  const { url, hasAgent, keyFiles } = request;
  const host = hostOf(url);
  if (!hasAgent && keyFiles === 0) {
    return repositoryFailure('git-ssh-key-refused', request, {
      what: `There is no ssh key to read ${url} with.`,
      why: 'SSH_AUTH_SOCK names no agent, and ~/.ssh holds no key with a usual name.',
      fix: 'Start an agent and add the key (`eval "$(ssh-agent)"; ssh-add ~/.ssh/KEY`), or use an https URL with a token.',
    });
  }
  return repositoryFailure('git-ssh-key-refused', request, {
    what: `${host} accepts none of the ssh keys for ${url}.`,
    why: hasAgent
      ? 'The keys of the agent and the keys in ~/.ssh that need no passphrase were offered.'
      : 'SSH_AUTH_SOCK names no agent, so only the keys in ~/.ssh that need no passphrase were offered.',
    fix: `Check that the agent has the key (\`ssh-add -l\`) and that its public key is registered at ${host}; \`${command(url)}\` shows more. ssh_config is not read: a key that only ssh_config names must be in the agent.`,
  });
}

export function gitSshMissing(request: RepositoryRequest): DeBuildError {
  return repositoryFailure('git-ssh-missing', request, {
    what: `ssh is not installed on this machine, so ${request.url} was not read.`,
    why: 'git uses the program ssh for ssh URLs, and it is not in PATH.',
    fix: 'Install it (apt-get install openssh-client), or use an https URL with a token.',
  });
}

/** What a person would type to connect to the host. */
function command(url: string): string {
  const { hostname, port } = addressOf(url);
  return `ssh ${port === '' ? '' : `-p ${port} `}git@${hostname}`;
}

/** The name that known_hosts uses. */
function knownAs(url: string): string {
  const { hostname, port } = addressOf(url);
  return port === '' ? hostname : `'[${hostname}]:${port}'`;
}

function addressOf(url: string): { readonly hostname: string; readonly port: string } {
  return URL.canParse(url) ? new URL(url) : { hostname: 'HOST', port: '' };
}
