import { expect, test } from '@jest/globals';
import { judgeSsh } from './judge-ssh.ts';

const request = { url: 'ssh://git.example/acme/app' };
const judge = (stderr: string, agent: string | undefined = '/run/agent') =>
  judgeSsh(stderr, { request, timeoutSeconds: 30, keys: { agent, keyFiles: [] } });

const END = `fatal: Could not read from remote repository.

Please make sure you have the correct access rights
and the repository exists.`;

// As OpenSSH says it, from 8.2 on, and as the hosts do.
test.each([
  [
    'No ED25519 host key is known for git.example and you have requested strict checking.\nHost key verification failed.',
    'failed',
    'git-ssh-host-unknown',
  ],
  [
    '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.',
    'failed',
    'git-ssh-host-changed',
  ],
  ['git@git.example: Permission denied (publickey).', 'failed', 'git-ssh-key-refused'],
  [
    'Received disconnect from 1.2.3.4 port 22:2: Too many authentication failures',
    'failed',
    'git-ssh-key-refused',
  ],
  [
    'ssh: Could not resolve hostname git.example: Name or service not known',
    'failed',
    'git-host-unreachable',
  ],
  ['ssh: connect to host git.example port 22: Connection refused', 'failed', 'git-host-unreachable'],
  ['ssh: connect to host git.example port 22: Network is unreachable', 'failed', 'git-host-unreachable'],
  ['ssh: connect to host git.example port 22: Connection timed out', 'failed', 'git-timeout'],
  ['Timeout, server git.example not responding.', 'failed', 'git-timeout'],
  ['Connection timed out during banner exchange', 'failed', 'git-timeout'],
  ['kex_exchange_identification: Connection closed by remote host', 'try-again', 'git-host-failed'],
  ['Connection closed by 127.0.0.1 port 22', 'try-again', 'git-host-failed'],
  ['Connection to git.example closed by remote host.', 'try-again', 'git-host-failed'],
  ['error: cannot run ssh: No such file or directory', 'failed', 'git-ssh-missing'],
  ['sh: 1: ssh: not found', 'failed', 'git-ssh-missing'],
  ['ERROR: Repository not found.', 'failed', 'git-repository-not-found'],
  [
    "remote: ERROR: The project you were looking for could not be found or you don't have permission to view it.",
    'failed',
    'git-repository-not-found',
  ],
  [
    'remote: TF401019: The Git repository with name or identifier app does not exist',
    'failed',
    'git-repository-not-found',
  ],
  ["fatal: '/acme/app' does not appear to be a git repository", 'failed', 'git-repository-not-found'],
  [
    'fetch-pack: unexpected disconnect while reading sideband packet\nfatal: early EOF',
    'try-again',
    'git-answer-cut-off',
  ],
])('%s → %s, %s', (said, outcome, code) => {
  expect(judge(`${said}\n${END}`)).toMatchObject({ outcome, error: { code, exitCode: 4 } });
});

test('other failures are not judged', () => {
  expect(judge("fatal: couldn't find remote ref refs/heads/x")).toBeUndefined();
});

test('the reason says that there is no agent and no key', () => {
  const denied = 'git@git.example: Permission denied (publickey).';
  const nothing = judgeSsh(denied, {
    request,
    timeoutSeconds: 30,
    keys: { agent: undefined, keyFiles: [] },
  });
  expect(nothing).toMatchObject({ error: { what: expect.stringContaining('There is no ssh key') } });
  expect(judge(denied)).toMatchObject({ error: { why: expect.stringContaining('keys of the agent') } });
});
